import fc from 'fast-check';
import type { LabDescription } from '../description.ts';
import type { LabSession } from '../session.ts';
import { type Drawn, FIRST } from './draw.ts';
import { type Case, judge } from './judge.ts';

/** A laboratory with one packet that model and kernel differ about. */
export interface Smallest {
  readonly lab: LabDescription;
  readonly found: Case;
}

/**
 * The smallest laboratory that fast-check finds in which the packet of a case still differs. The packet stays as it is, so that a step costs
 * one packet; what a smaller laboratory can't build is no smaller laboratory.
 *
 * @param patience most milliseconds
 */
export async function shrink(session: LabSession, { family, seed, lab }: Drawn, found: Case, patience: number): Promise<Smallest> {
  let smallest: Smallest = { lab, found };
  const end = Date.now() + patience;
  const property = fc.asyncProperty(family.lab, async (smaller) => {
    // What is left to try then counts as tried: nothing may still be built when this returns.
    if (Date.now() >= end) return true;
    const judged = await judge(session, { lab: smaller, probes: [found.probe] }).catch(() => undefined);
    const differing = judged?.cases.find(({ differences }) => differences.length > 0);
    if (differing === undefined) return true;
    smallest = { lab: smaller, found: differing };
    return false;
  });
  await fc.check(property, { ...FIRST, seed });
  return smallest;
}
