import fc from 'fast-check';
import { describeAnswer } from '../answer.ts';
import { buildScript } from '../commands.ts';
import { compare } from '../compare.ts';
import type { Lab } from '../lab.ts';
import { parseProbe } from '../probe.ts';
import type { LabSession } from '../session.ts';
import { type Case, cases } from './cases.ts';

/** More than a second: errors of routing are limited to one a second for each peer. */
const AGAIN_AFTER = 1500;

/** Where model and kernel differ about a case; nothing where they agree. What the model does not know is no difference. */
async function differences(session: LabSession, { lab: description, probes }: Case): Promise<readonly string[]> {
  const lab = await session.build(description);
  try {
    const world = await lab.world();
    const found: string[] = [];
    for (const text of probes) {
      const { answers } = lab.ask(world, parseProbe(text));
      if (answers.some(({ verdict }) => verdict === 'unknown')) continue;
      const differs = await difference(lab, text, answers);
      if (differs !== undefined) found.push(differs);
    }
    return found;
  } finally {
    await lab.dispose();
  }
}

async function difference(lab: Lab, text: string, answers: ReturnType<Lab['ask']>['answers']): Promise<string | undefined> {
  const ask = async (): Promise<string | undefined> => {
    const kernel = await lab.probe(parseProbe(text));
    const differs = compare(answers, kernel);
    return differs.length === 0
      ? undefined
      : `${text}\n    kernel: ${describeAnswer(kernel)}\n    model:  ${answers.map(describeAnswer).join('; ')}\n    ${differs.join('\n    ')}`;
  };
  if ((await ask()) === undefined) return undefined;
  await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  return ask();
}

/**
 * Asks model and kernel about many generated laboratories.
 *
 * @returns the smallest case that they differ about, as shell commands and packets; `undefined` where they agree throughout
 */
export async function judge(session: LabSession, count: number, seed: number): Promise<string | undefined> {
  const property = fc.asyncProperty(cases, async (it) => {
    const found = await differences(session, it);
    if (found.length > 0) throw new Error(found.join('\n'));
  });
  const result = await fc.check(property, { numRuns: count, seed, endOnFailure: false });
  if (!result.failed) return undefined;
  const smallest = result.counterexample?.[0];
  const why = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  const script = smallest === undefined ? '' : buildScript(smallest.lab, (name) => name);
  return `seed ${String(seed)}, after ${String(result.numRuns)} laboratories\n${script}\n${why}`;
}
