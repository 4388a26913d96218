import type { Source } from '@skoop/netstack';

/** A field of a Kubernetes or cloud object. `path` is a JSON pointer into it, `value` what stands there. */
export interface ObjectEvidence {
  readonly object: { readonly kind: string; readonly namespace?: string; readonly name: string };
  readonly path: string;
  readonly value: unknown;
}

/** What a fact was read from: a line or a JSON pointer of a dump, or a field of an object. Artifacts are named as in the snapshot. */
export type Evidence = Source | ObjectEvidence;
