import type { Path } from '../../contracts/packet-path.ts';
import { type Verdict, worst } from '../../contracts/verdict.ts';

/** A way there and, where it was followed, back. */
export interface Way {
  readonly verdict: Verdict;
  readonly forward: Path;
  readonly reply: Path | undefined;
}

export function waysOf(paths: readonly Path[]): readonly Way[] {
  return paths.flatMap((forward, index) => {
    if (forward.direction === 'reply') return [];
    const reply = paths.find(({ replyTo }) => replyTo === index);
    // An answer that ends in an error is lost for the one who asked.
    const back =
      reply === undefined || reply.verdict === 'delivered'
        ? []
        : [reply.verdict === 'unknown' ? ('unknown' as const) : ('dropped' as const)];
    return [{ verdict: worst([forward.verdict, ...back]), forward, reply }];
  });
}

/** Between 0 and 1; null where it can't be known. */
export function shareTogether(ways: readonly Way[]): number | null {
  let sum = 0;
  for (const { forward } of ways) {
    if (forward.probability === null) return null;
    sum += forward.probability;
  }
  return sum;
}

export function sayShare(probability: number | null): string {
  if (probability === null) return '?';
  const percent = probability * 100;
  return `${percent >= 1 || percent === 0 ? percent.toFixed(0) : '<1'} %`;
}
