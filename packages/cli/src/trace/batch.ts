import { type World, trace } from '@skoop/netstack';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { type Answer, answerOf } from './answer.ts';
import type { Machine, Places } from './places.ts';
import { type RequestFields, toTraceRequest } from './request.ts';

/** What questions are asked of. */
export interface Laboratory {
  readonly world: World;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly places: Places;
}

/** A question that can't be asked is a text that says why. */
export function ask(laboratory: Laboratory, fields: RequestFields, brief: boolean): Answer | string {
  const request = toTraceRequest(fields, laboratory.places, laboratory.machines);
  return typeof request === 'string' ? request : answerOf(trace(laboratory.world, request), laboratory.places, brief);
}

/** A line longer than this is no request: nothing is kept of it. */
const LONGEST = 1 << 20;

export interface BatchOptions {
  readonly laboratory: Laboratory;
  readonly brief: boolean;
  readonly parse: (line: string) => RequestFields | string;
  /** Resolves when more may be written; false: nobody reads any more. */
  readonly write: (text: string) => Promise<boolean>;
  readonly onBug: (line: number, error: unknown) => void;
}

/** So many answers are kept, of lines that are not longer than that: the world stands still, so the same question has the same answer. */
const REMEMBERED = { answers: 10_000, length: 1024 };

/** Answers lines as they come, in their order. Empty lines are passed over. */
export async function runBatch(input: AsyncIterable<string>, options: BatchOptions): Promise<ExitStatus> {
  const known = new Map<string, LineAnswer>();
  let status: ExitStatus = Exit.ok;
  let number = 0;
  for await (const lines of batches(input)) {
    const answers: string[] = [];
    for (const line of lines) {
      number += 1;
      if (line.trim() === '') continue;
      let answer = known.get(line);
      if (answer === undefined) {
        answer = answerLine(line, number, options);
        if (known.size >= REMEMBERED.answers) known.clear();
        if (options.brief && line.length <= REMEMBERED.length && answer.status !== Exit.bug) known.set(line, answer);
      }
      if (answer.status !== Exit.ok && status !== Exit.bug) status = answer.status;
      answers.push(answer.text);
    }
    if (answers.length > 0 && !(await options.write(`${answers.join('\n')}\n`))) return status;
  }
  return status;
}

interface LineAnswer {
  readonly text: string;
  readonly status: ExitStatus;
}

function answerLine(line: string, number: number, options: BatchOptions): LineAnswer {
  try {
    const fields = line.length > LONGEST ? 'this line is longer than 1 MiB' : options.parse(line);
    const answer = typeof fields === 'string' ? fields : ask(options.laboratory, fields, options.brief);
    if (typeof answer === 'string') return { text: JSON.stringify({ invalid: answer }), status: Exit.usage };
    return { text: JSON.stringify(answer), status: Exit.ok };
  } catch (error) {
    options.onBug(number, error);
    return { text: JSON.stringify({ invalid: 'a bug in skoop: see standard error' }), status: Exit.bug };
  }
}

/** The complete lines of each piece of input; the rest of the last one at the end. */
async function* batches(input: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    // Kept just long enough to be seen as too long.
    if (rest.length > 2 * LONGEST) rest = rest.slice(0, LONGEST + 1);
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}
