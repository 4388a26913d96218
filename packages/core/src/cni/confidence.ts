import type { Confidence } from '../contracts/cni-plugin.ts';

/** Adds up what speaks for a network, to no more than 100. `undefined` is a mark that was not found. */
export function confidenceOf(marks: readonly (readonly [points: number, because: string] | undefined)[]): Confidence {
  const found = marks.filter((mark) => mark !== undefined);
  const score = found.reduce((sum, [points]) => sum + points, 0);
  return { score: Math.min(100, score), because: found.map(([, because]) => because) };
}
