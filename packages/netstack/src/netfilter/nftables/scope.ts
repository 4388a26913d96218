import type { NetfilterFamily, TargetResult } from '../model.ts';
import type { Fields } from '../parse/json.ts';
import type { DataType } from './data-type.ts';
import type { ElementSet } from './element-set.ts';
import type { Pattern } from './pattern.ts';

/** A set, or a map of values or of verdicts, with a name or without. */
export type Collection = {
  readonly name: string;
  readonly keys: readonly DataType[];
} & (
  | { readonly kind: 'set'; readonly elements: ElementSet<true> }
  | { readonly kind: 'map'; readonly data: readonly DataType[]; readonly elements: ElementSet<readonly Pattern[]> }
  | { readonly kind: 'verdicts'; readonly elements: ElementSet<TargetResult> }
);

/** What the rules of a table may refer to. */
export interface Scope {
  readonly family: NetfilterFamily;
  /** `undefined`: no such set, or one that could not be read. */
  readonly collection: (name: string) => Collection | undefined;
  /** A named limit, quota, …, by its kind. */
  readonly object: (kind: string, name: string) => Fields | undefined;
}
