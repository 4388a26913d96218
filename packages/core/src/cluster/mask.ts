import { isRecord } from './raw-list.ts';

/** `true`: the whole value. An object: these fields of it, or of every item where it is a list. */
export type Mask = true | { readonly [field: string]: Mask };

/** The value without the fields that are not in the mask; `undefined` where the mask has fields and the value none. */
export function cut(value: unknown, mask: Mask): unknown {
  if (mask === true) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => cut(item, mask));
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(mask).flatMap(([field, inner]) => (Object.hasOwn(value, field) ? [[field, cut(value[field], inner)] as const] : [])),
  );
}

/** `spec.cidr`, `spec.nodes.name`: one mask of them all. Of a path and one below it the shorter counts. */
export function maskOf(paths: readonly string[]): Mask {
  const heads = new Map<string, string[]>();
  for (const path of paths) {
    const [head = '', ...rest] = path.split('.');
    heads.set(head, [...(heads.get(head) ?? []), rest.join('.')]);
  }
  return Object.fromEntries([...heads].map(([head, rests]) => [head, rests.includes('') ? true : maskOf(rests)]));
}
