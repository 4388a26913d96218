import { afterAll, describe, expect, test } from '@jest/globals';
import { type Answer, describeAnswer } from './answer.ts';
import { compare } from './compare.ts';
import type { LabDescription } from './description.ts';
import type { Lab } from './lab.ts';
import { type Probe, parseProbe } from './probe.ts';
import { RuleWatch, isCertain } from './rule-watch.ts';
import { LabSession } from './session.ts';

/**
 * One packet: what it shows, the packet as {@link parseProbe} reads it, and the kernel's answer as {@link describeAnswer} writes it, or
 * several where it may choose; `:*` for a source port that it takes at random.
 */
export type Row = readonly [name: string, probe: string, expected: string | readonly string[], before?: RowOptions];

interface RowOptions {
  /** Shell lines by namespace that run before the packet is sent. They stay for the rows below. */
  readonly change?: Readonly<Record<string, string>>;
  /** The dump does not hold what decides: the model must say that it does not know. */
  readonly unknown?: true;
  /** The kernel's own trace says nothing of the rule that decides: rules are not compared. */
  readonly untraced?: true;
}

/** What both said to one row. */
interface Answers {
  readonly kernel: Answer;
  readonly model: readonly Answer[];
  /** Where the rules that the packet met differ. */
  readonly rules: readonly string[];
}

/** Laboratories that are built ahead of the one whose rows are being judged. */
const AHEAD = 2;

/**
 * Begins a file of kernel tests. What it gives declares a laboratory and a table of packets, each a test: the kernel answers as the
 * table says, and the model as the kernel does.
 */
export function laboratories(): (name: string, description: LabDescription, rows: readonly Row[]) => void {
  const runs: Run[] = [];
  let session: LabSession | undefined;
  const begin = (first: number): void => {
    session ??= new LabSession();
    for (const run of runs.slice(first, first + 1 + AHEAD)) run.begin(session);
  };
  afterAll(async () => {
    await Promise.all(runs.map((run) => run.ended()));
    await session?.close();
  }, 60_000);

  return (name, description, rows) => {
    const at = runs.push(new Run(description, rows)) - 1;
    describe(name, () => {
      test.each(rows.map((row, index) => [row[0], index, row] as const))(
        '%s',
        async (_name, index, [, probe, expected, options]) => {
          begin(at);
          const { kernel, model, rules } = await (runs[at] as Run).row(index);
          const wanted = typeof expected === 'string' ? [expected] : expected;
          const said = describeAnswer(kernel);
          const differences = options?.unknown === true ? [] : [...compare(model, kernel), ...(options?.untraced === true ? [] : rules)];
          const isWanted = wanted.some((answer) => answer === (answer.includes(':* at ') ? said.replace(/:\d+ at /, ':* at ') : said));
          expect({ probe, kernel: said, differences }).toEqual({ probe, kernel: isWanted ? said : expected, differences: [] });
          if (options?.unknown === true) expect(model.map(({ verdict }) => verdict)).toContain('unknown');
        },
        120_000,
      );
    });
  };
}

/** A laboratory's rows, asked one after the other once it has begun; whoever waits for one gets it as soon as it is there. */
class Run {
  private readonly description: LabDescription;
  private readonly rows: readonly Row[];
  private readonly answers: Promise<Answers>[] = [];
  private last: Promise<unknown> | undefined;

  constructor(description: LabDescription, rows: readonly Row[]) {
    this.description = description;
    this.rows = rows;
  }

  begin(session: LabSession): void {
    if (this.last !== undefined) return;
    const built = session.build(this.description);
    let dump: ReturnType<Lab['world']> | undefined;
    let watch: RuleWatch | undefined;
    let before: Promise<unknown> = built;
    for (const row of this.rows) {
      const answer = before.then(async (): Promise<Answers> => {
        const lab = await built;
        const { change } = row[3] ?? {};
        if (change !== undefined) {
          dump = undefined;
          await watch?.end();
          watch = undefined;
        }
        for (const [namespace, lines] of Object.entries(change ?? {})) await lab.run(namespace, lines);
        const world = await (dump ??= lab.world());
        const probe: Probe = parseProbe(row[1]);
        watch ??= await RuleWatch.begin(lab, world);
        const { answers, trace } = lab.ask(world, probe, true);
        const { answer, differences } = await watch.probe(probe, trace);
        return { kernel: answer, model: answers, rules: isCertain(trace, probe) ? differences : [] };
      });
      // A row that fails is its own test's business; the next one goes on.
      answer.catch(() => undefined);
      this.answers.push(answer);
      before = answer.catch(() => undefined);
    }
    // What could not be built has failed every row.
    this.last = before.then(async () => (await built).dispose()).catch(() => undefined);
  }

  row(index: number): Promise<Answers> {
    return this.answers[index] as Promise<Answers>;
  }

  async ended(): Promise<void> {
    await this.last;
  }
}
