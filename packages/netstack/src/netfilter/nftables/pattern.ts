import { fieldsOf, onlyField } from '../parse/json.ts';
import type { DataType } from './data-type.ts';
import type { Scalar } from './value.ts';

/** What one field is compared with: the right side of a match, a field of a set's element. */
export type Pattern =
  | { readonly kind: 'exact'; readonly value: Scalar }
  | { readonly kind: 'range'; readonly from: Scalar; readonly to: Scalar }
  /** A device's name that ends in `*`. */
  | { readonly kind: 'start'; readonly text: string }
  /** Any device, or any route: what is there. */
  | { readonly kind: 'present' }
  /** `*`, the element for what no other fits. */
  | { readonly kind: 'any' };

export function fits(pattern: Pattern, value: Scalar): boolean {
  switch (pattern.kind) {
    case 'exact':
      return pattern.value === value;
    case 'range':
      return value >= pattern.from && value <= pattern.to;
    case 'start':
      return typeof value === 'string' && value.startsWith(pattern.text);
    case 'present':
      return value !== '' && value !== 0;
    case 'any':
      return true;
    default:
      return pattern satisfies never;
  }
}

/** Reads a constant, prefix, range or list of flags; `undefined` where it is none of that type. */
export function readPattern(json: unknown, type: DataType): Pattern | undefined {
  if (typeof json === 'string' && json.endsWith('*') && (type.name === 'ifname' || type.name === 'string'))
    return json === '*' ? { kind: 'any' } : { kind: 'start', text: json.slice(0, -1) };
  if (json === '*') return { kind: 'any' };
  if (json === true) return { kind: 'present' };
  const [kind, content] = onlyField(json) ?? [undefined, undefined];
  if (kind === 'range' && Array.isArray(content)) {
    const [from, to, ...more] = content.map((end) => type.read(end));
    return more.length > 0 || from === undefined || to === undefined || from > to ? undefined : { kind: 'range', from, to };
  }
  if (kind === 'prefix') {
    const fields = fieldsOf(content);
    const base = type.read(fields?.['addr']);
    const length = fields?.['len'];
    return base === undefined || typeof length !== 'number' ? undefined : prefixRange(base, length, type.bits);
  }
  const value = readFlags(json, type);
  return value === undefined ? undefined : { kind: 'exact', value };
}

/** Older releases nest one in another for each flag. */
const MOST_FLAGS = 32;

/** One constant, or several whose bits are joined: `["syn", "ack"]`, `{"|": ["syn", "ack"]}`. */
export function readFlags(json: unknown, type: DataType, depth = 0): Scalar | undefined {
  if (depth > MOST_FLAGS) return undefined;
  const list = Array.isArray(json) ? (json as readonly unknown[]) : fieldsOf(json)?.['|'];
  if (!Array.isArray(list)) return type.read(json);
  let bits = 0;
  for (const item of list) {
    const value = readFlags(item, type, depth + 1);
    if (typeof value !== 'number') return undefined;
    bits = (bits | value) >>> 0;
  }
  return bits;
}

function prefixRange(base: Scalar, length: number, bits: number): Pattern | undefined {
  if (typeof base === 'string' || !Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const host = (1n << BigInt(bits - length)) - 1n;
  const from = BigInt(base) & ~host;
  const to = from | host;
  return typeof base === 'bigint' ? { kind: 'range', from, to } : { kind: 'range', from: Number(from), to: Number(to) };
}

/** The fields of a concatenation, or the one of a single value. */
export function readPatterns(json: unknown, types: readonly DataType[]): readonly Pattern[] | undefined {
  if (json === '*') return types.map(() => ({ kind: 'any' }));
  const concat = fieldsOf(json)?.['concat'];
  const parts = Array.isArray(concat) ? (concat as readonly unknown[]) : [json];
  if (parts.length !== types.length) return undefined;
  const patterns: Pattern[] = [];
  for (const [i, type] of types.entries()) {
    const pattern = readPattern(parts[i], type);
    if (pattern === undefined) return undefined;
    patterns.push(pattern);
  }
  return patterns;
}
