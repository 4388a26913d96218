/** The content of one register: a number, an address, a device's name. */
export type Scalar = number | bigint | string;

/** What an expression comes to; a concatenation has several fields. */
export type Value =
  | { readonly kind: 'value'; readonly fields: readonly Scalar[] }
  /** It can't be evaluated for this packet: the rule ends here, with `!=` as well (linux: `NFT_BREAK`). */
  | { readonly kind: 'none' }
  /** The model can't tell; the fields that it can tell are there. */
  | { readonly kind: 'unknown'; readonly construct: string; readonly fields: readonly (Scalar | undefined)[] }
  /** One of several, by weight: a fork. */
  | { readonly kind: 'one-of'; readonly options: readonly Weighted[] };

export interface Weighted {
  readonly weight: number;
  readonly fields: readonly Scalar[];
}

export const NONE: Value = { kind: 'none' };

export function valueOf(...fields: readonly Scalar[]): Value {
  return { kind: 'value', fields };
}

export function unknownValue(construct: string): Value {
  return { kind: 'unknown', construct, fields: [undefined] };
}

/** More values than that are not told apart one by one. */
export const MOST_WAYS = 4096;

/** Numbers that come up equally often, from `offset` on. */
export function uniform(count: number, offset: number): Value {
  if (count === 1) return valueOf(offset);
  return { kind: 'one-of', options: Array.from({ length: count }, (_, i) => ({ weight: 1, fields: [offset + i] })) };
}

/** The value changed field by field, in every way that it may come out. */
export function mapped(value: Value, change: (fields: readonly Scalar[]) => readonly Scalar[]): Value {
  switch (value.kind) {
    case 'none':
      return value;
    case 'value':
      return { kind: 'value', fields: change(value.fields) };
    case 'one-of':
      return { kind: 'one-of', options: value.options.map(({ weight, fields }) => ({ weight, fields: change(fields) })) };
    case 'unknown':
      return unknownValue(value.construct);
    default:
      return value satisfies never;
  }
}

/** Side by side: one that can't be evaluated takes all with it, whatever is unknown beside it. */
export function concatenated(values: readonly Value[]): Value {
  if (values.some((value) => value.kind === 'none')) return NONE;
  const unknown = values.filter((value) => value.kind === 'unknown');
  if (unknown.length > 0) {
    const fields = values.flatMap((value): readonly (Scalar | undefined)[] =>
      value.kind === 'value' || value.kind === 'unknown' ? value.fields : [undefined],
    );
    return { kind: 'unknown', construct: unknown.map((value) => value.construct).join(', '), fields };
  }
  const ways = values.reduce((product, value) => product * (value.kind === 'one-of' ? value.options.length : 1), 1);
  if (ways > MOST_WAYS) return unknownValue(`${String(ways)} values side by side`);
  let options: readonly Weighted[] = [{ weight: 1, fields: [] }];
  for (const value of values) {
    const more = value.kind === 'one-of' ? value.options : value.kind === 'value' ? [{ weight: 1, fields: value.fields }] : [];
    options = options.flatMap((left) =>
      more.map((right) => ({ weight: left.weight * right.weight, fields: [...left.fields, ...right.fields] })),
    );
  }
  const only = options[0];
  return options.length === 1 && only !== undefined ? { kind: 'value', fields: only.fields } : { kind: 'one-of', options };
}
