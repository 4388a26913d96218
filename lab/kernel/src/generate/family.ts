import type fc from 'fast-check';
import type { LabDescription } from '../description.ts';

/** Laboratories of one shape, with what is drawn at random in them. */
export interface Family {
  /** What `--family` takes. */
  readonly name: string;
  readonly lab: fc.Arbitrary<LabDescription>;
  /** Packets for any of them, as `parseProbe` reads them, without `sport`: that tells a laboratory's packets apart. */
  readonly probe: fc.Arbitrary<string>;
}
