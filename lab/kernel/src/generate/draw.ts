import fc from 'fast-check';
import type { LabDescription } from '../description.ts';
import type { Family } from './family.ts';

/** Packets for each laboratory: building and dumping one costs as much as a thousand of them. */
const PACKETS = 128;
const FIRST_PORT = 40000;

/** A laboratory and packets for it, found again by the family and the seed. */
export interface Drawn {
  readonly family: Family;
  readonly seed: number;
  readonly lab: LabDescription;
  readonly probes: readonly string[];
}

/** The laboratory of a seed and packets for it. */
export function draw(family: Family, seed: number): Drawn {
  const probes = fc.array(family.probe, { minLength: PACKETS, maxLength: PACKETS });
  return {
    family,
    seed,
    lab: first(family.lab, seed),
    probes: first(probes, seed).map((probe, index) => `${probe} sport ${String(FIRST_PORT + index)}`),
  };
}

/** The first value of a seed. Unbiased: else it would be a small one. */
function first<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  let drawn: { readonly value: T } | undefined;
  fc.assert(
    fc.property(arbitrary, (value) => {
      drawn ??= { value };
    }),
    { seed, numRuns: 1, unbiased: true },
  );
  if (drawn === undefined) throw new Error('nothing was drawn');
  return drawn.value;
}
