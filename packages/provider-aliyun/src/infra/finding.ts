import type { InfraForward, InfraResult, NetNode, Suspicion } from '@skoop/core';
import { ReadFailure } from '../api/failure.ts';
import { unread } from '../say/unread.ts';

/** What one thing on the way does to a packet. Whatever says nothing lets it pass. */
export interface Finding {
  /** `pass`: a remark. */
  readonly outcome: 'drop' | 'unknown' | 'pass';
  readonly suspicion: Suspicion;
}

export const drops = (suspicion: Suspicion): Finding => ({ outcome: 'drop', suspicion });
export const unclear = (suspicion: Suspicion): Finding => ({ outcome: 'unknown', suspicion });
export const remark = (suspicion: Suspicion): Finding => ({ outcome: 'pass', suspicion });

/** A look at one thing. What could not be read makes that thing unknown, and none beside it. */
export async function attempt(look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ReadFailure) return [unclear(unread(error))];
    throw error;
  }
}

/** Looks at ways of which a packet takes one: where only some of them drop it, each of these drops is a remark. */
export function ofSeveral(ways: readonly (readonly Finding[])[]): readonly Finding[] {
  const closed = ways.filter((way) => way.some(({ outcome }) => outcome === 'drop'));
  if (closed.length === ways.length) return ways.flat();
  return ways.flat().map((found) => (found.outcome === 'drop' ? remark({ ...found.suspicion, level: 'CRITICAL' }) : found));
}

/** All looks together: a drop counts before what is unknown, since nothing unknown can mend it. Each drop is a cause of its own: all have to go. */
export function conclude(
  findings: readonly Finding[],
  more: { readonly hops?: readonly NetNode[]; readonly forwards?: readonly InfraForward[] } = {},
): InfraResult {
  const outcome = (['drop', 'unknown', 'pass'] as const).find((wanted) => findings.some((finding) => finding.outcome === wanted)) ?? 'pass';
  const told = outcome === 'drop' ? findings.filter((finding) => finding.outcome === 'drop') : findings;
  return {
    outcome,
    suspicions: distinct(told.map(({ suspicion }) => suspicion)),
    ...(more.hops !== undefined && more.hops.length > 0 && { hops: more.hops }),
    ...(outcome !== 'drop' && more.forwards !== undefined && more.forwards.length > 0 && { forwards: more.forwards }),
  };
}

/** The same thing is often seen by several looks: a right that is missing, say. */
function distinct(suspicions: readonly Suspicion[]): readonly Suspicion[] {
  const seen = new Map(suspicions.map((suspicion) => [JSON.stringify([suspicion.code, suspicion.on, suspicion.message]), suspicion]));
  return [...seen.values()];
}
