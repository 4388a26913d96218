import type { Source } from '../../source.ts';
import type { TargetResult } from '../model.ts';
import { type Fields, fieldsOf, onlyField, textOf, textsOf } from '../parse/json.ts';
import { type DataType, typeNamed } from './data-type.ts';
import { type Element, ElementSet } from './element-set.ts';
import { type Pattern, readPatterns } from './pattern.ts';
import type { Collection } from './scope.ts';
import { readVerdict } from './verdict.ts';

/** The `n`th element as evidence. */
type SourceOf = (index: number, element: unknown) => Source;

interface Reading<T> {
  readonly elements: ElementSet<T>;
  readonly strange: readonly Strange[];
}

/** An element that is not understood. */
interface Strange {
  readonly index: number;
  readonly element: unknown;
}

/** The elements of a set: `VALUE`, or with attributes `{"elem": {"val": VALUE, …}}`. */
export function readSet(elements: readonly unknown[], keys: readonly DataType[], sourceOf?: SourceOf): Reading<true> {
  return read(
    elements,
    keys,
    (item) => item,
    () => true,
    sourceOf,
  );
}

/** The elements of a map, `[KEY, VALUE]`. */
export function readMap(
  elements: readonly unknown[],
  keys: readonly DataType[],
  data: readonly DataType[],
  sourceOf?: SourceOf,
): Reading<readonly Pattern[]> {
  return read(elements, keys, keyOfPair, (item) => readPatterns(valueOfPair(item), data), sourceOf);
}

export function readVerdictMap(elements: readonly unknown[], keys: readonly DataType[], sourceOf?: SourceOf): Reading<TargetResult> {
  return read(
    elements,
    keys,
    keyOfPair,
    (item) => {
      const [name, content] = onlyField(valueOfPair(item)) ?? ['', undefined];
      return readVerdict(name, content);
    },
    sourceOf,
  );
}

function keyOfPair(item: unknown): unknown {
  return Array.isArray(item) ? (item as readonly unknown[])[0] : undefined;
}

function valueOfPair(item: unknown): unknown {
  const value: unknown = Array.isArray(item) ? (item as readonly unknown[])[1] : undefined;
  return fieldsOf(fieldsOf(value)?.['elem'])?.['val'] ?? value;
}

function read<T>(
  items: readonly unknown[],
  keys: readonly DataType[],
  keyOf: (item: unknown) => unknown,
  valueOf: (item: unknown) => T | undefined,
  sourceOf: SourceOf | undefined,
): Reading<T> {
  const elements: Element<T>[] = [];
  const strange: Strange[] = [];
  for (const [i, item] of items.entries()) {
    const key = readPatterns(unwrapped(keyOf(item)), keys);
    const value = valueOf(item);
    if (key === undefined || value === undefined) strange.push({ index: i, element: item });
    else elements.push({ key, value, source: sourceOf === undefined ? undefined : () => sourceOf(i, item) });
  }
  return { elements: new ElementSet(elements, strange.length === 0), strange };
}

function unwrapped(key: unknown): unknown {
  return fieldsOf(fieldsOf(key)?.['elem'])?.['val'] ?? key;
}

/** A set or map as it is declared, with what of its elements is not understood; `undefined` where its types are not. */
export function readCollection(
  kind: 'set' | 'map',
  fields: Fields,
  typeOf: (expression: unknown) => readonly DataType[] | undefined,
  sourceOf: SourceOf,
): { readonly collection: Collection; readonly strange: readonly Strange[] } | undefined {
  const name = textOf(fields['name']);
  const keys = readTypes(fields['type'], typeOf);
  const elements = fields['elem'] ?? [];
  if (name === undefined || keys === undefined || !Array.isArray(elements)) return undefined;
  if (kind === 'set') {
    const { elements: set, strange } = readSet(elements, keys, sourceOf);
    return { collection: { kind: 'set', name, keys, elements: set }, strange };
  }
  if (fields['map'] === 'verdict') {
    const { elements: verdicts, strange } = readVerdictMap(elements, keys, sourceOf);
    return { collection: { kind: 'verdicts', name, keys, elements: verdicts }, strange };
  }
  const data = readTypes(fields['map'], typeOf);
  if (data === undefined) return undefined;
  const { elements: map, strange } = readMap(elements, keys, data, sourceOf);
  return { collection: { kind: 'map', name, keys, data, elements: map }, strange };
}

/** `"ipv4_addr"`, `["ipv4_addr", "inet_service"]`, `"ipv4_addr . inet_service"`, or the expression after `typeof`. */
function readTypes(json: unknown, typeOf: (expression: unknown) => readonly DataType[] | undefined): readonly DataType[] | undefined {
  const expression = fieldsOf(json)?.['typeof'];
  if (expression !== undefined) return typeOf(expression);
  const names = textsOf(json).flatMap((text) => text.split(/\s*\.\s*/));
  return names.length === 0 ? undefined : names.map(typeNamed);
}
