import type { LabDescription } from '../description.ts';
import type { LabSession } from '../session.ts';
import type { Drawn } from './draw.ts';
import { type Case, judge } from './judge.ts';
import { type Part, partsOf, without } from './parts.ts';

/** A laboratory with one packet that model and kernel differ about. */
export interface Smallest {
  readonly lab: LabDescription;
  readonly found: Case;
}

/**
 * The smallest laboratory in which the packet of a case still differs: first that packet alone, then without half of the laboratory's lines, a
 * quarter of them, and so on down to one (Zeller's delta debugging). What can't be built without a line needs the line.
 *
 * @param patience most milliseconds
 * @param trails does it differ rule by rule as well?
 */
export async function shrink(
  session: LabSession,
  { lab }: Pick<Drawn, 'lab'>,
  found: Case,
  patience: number,
  trails = false,
): Promise<Smallest> {
  const end = Date.now() + patience;
  let gone: readonly Part[] = [];
  let smallest: Smallest = { lab, found };
  for (let size = Math.ceil(partsOf(lab).length / 2); size >= 1 && Date.now() < end; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    const left = partsOf(lab).filter((part) => !gone.some((other) => isSame(part, other)));
    for (let start = 0; start < left.length && Date.now() < end; start += size) {
      const fewer = [...gone, ...left.slice(start, start + size)];
      const smaller = without(lab, fewer);
      const judged = await judge(session, { lab: smaller, probes: [found.probe] }, trails).catch(() => undefined);
      const differing = judged?.cases.find(({ differences }) => differences.length > 0);
      if (differing === undefined) continue;
      gone = fewer;
      smallest = { lab: smaller, found: differing };
    }
  }
  return smallest;
}

function isSame(a: Part, b: Part): boolean {
  return a.namespace === b.namespace && a.field === b.field && a.index === b.index;
}
