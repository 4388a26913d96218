import { buildScript } from '../commands.ts';
import type { LabSession } from '../session.ts';
import { type Drawn, draw } from './draw.ts';
import type { Family } from './family.ts';
import { type Case, describeCase, judge } from './judge.ts';
import { sendingCommand } from './sending-command.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

/** Laboratories that are built, asked and deleted at the same time. */
const SIDE_BY_SIDE = 2;

export interface RunOptions {
  readonly families: readonly Family[];
  readonly seed: number;
  /** The own seed of one laboratory, as a disagreement tells it: only that one is drawn, for each family. */
  readonly laboratory?: number;
  /** Packets at least. */
  readonly cases: number;
  /** Milliseconds after which no further laboratory is begun. */
  readonly time: number;
  /** The run ends after so many packets that they differ about. Default 1. */
  readonly differences?: number;
  /** Most milliseconds that looking for a smaller laboratory may take; 0 for none. */
  readonly patience?: number;
  /** Compare rule by rule as well. */
  readonly trails?: boolean;
  readonly progress?: (tally: Tally) => void;
}

export interface RunResult {
  readonly tally: Tally;
  /** Every disagreement as shell commands and a packet, the smallest that was found. */
  readonly differences: readonly string[];
}

/** Draws laboratories, one family after the other, and asks model and kernel about them until there were enough. */
export async function run(session: LabSession, options: RunOptions): Promise<RunResult> {
  const { families, seed, laboratory, cases, time, differences: most = 1, patience = 60_000, trails = false, progress } = options;
  const tally = new Tally();
  const differing: { readonly drawn: Drawn; readonly found: Case }[] = [];
  const end = Date.now() + time;
  let next = 0;
  const enough = (): boolean =>
    (laboratory !== undefined && next >= families.length) ||
    tally.cases + tally.unknown >= cases ||
    Date.now() >= end ||
    differing.length >= most;
  const work = async (): Promise<void> => {
    while (!enough()) {
      const index = next++;
      const family = families[index % families.length];
      if (family === undefined) return;
      const drawn = draw(family, laboratory ?? seedOf(seed, index));
      // A few of what is drawn a tool refuses: counted, and passed over.
      const judged = await judge(session, drawn, trails).catch(() => undefined);
      if (judged === undefined) {
        tally.refused += 1;
        if (tally.refused > 10 + tally.laboratories / 10)
          throw new Error(`too many laboratories can't be built; the last: ${family.name}, seed ${String(drawn.seed)}`);
        continue;
      }
      tally.add(family.name, drawn.lab, judged);
      const found = judged.cases.find(({ differences }) => differences.length > 0);
      if (found !== undefined) differing.push({ drawn, found });
      progress?.(tally);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  const differences: string[] = [];
  for (const { drawn, found } of differing) {
    const { lab, found: last } = patience > 0 ? await shrink(session, drawn, found, patience, trails) : { lab: drawn.lab, found };
    differences.push(
      `# family ${drawn.family.name}, seed ${String(drawn.seed)}\n${buildScript(lab, (name) => name)}${sendingCommand(last.probe)}\n# ${describeCase(last).replaceAll('\n', '\n# ')}`,
    );
  }
  return { tally, differences };
}

/** A laboratory's own seed, far from that of its neighbours and found again from the first. */
function seedOf(seed: number, index: number): number {
  return Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b) | 0;
}
