import { fieldsOf, textOf } from '../parse/json.ts';
import { readMap, readSet, readVerdictMap } from './collection.ts';
import { type DataType, TYPES } from './data-type.ts';
import type { ElementSet, Found } from './element-set.ts';
import type { Expression } from './expression.ts';
import type { Collection, Scope } from './scope.ts';
import { NONE, type Scalar, type Value, unknownValue } from './value.ts';

/** The set or map that a key is looked up in: `"@name"`, or `{"set": […]}` without a name. */
export function readLookup(json: unknown, key: Expression, scope: Scope): Collection | undefined {
  const name = textOf(json);
  if (name !== undefined) return name.startsWith('@') ? scope.collection(name.slice(1)) : undefined;
  const elements = fieldsOf(json)?.['set'];
  return Array.isArray(elements) ? anonymous(elements, key.types) : undefined;
}

function anonymous(elements: readonly unknown[], keys: readonly DataType[]): Collection | undefined {
  const base = { name: '', keys };
  if (!elements.every((element) => Array.isArray(element))) {
    const { elements: set, strange } = readSet(elements, keys);
    return strange.length > 0 ? undefined : { ...base, kind: 'set', elements: set };
  }
  const verdicts = readVerdictMap(elements, keys);
  if (verdicts.strange.length === 0) return { ...base, kind: 'verdicts', elements: verdicts.elements };
  const data = dataTypes((elements[0] as readonly unknown[] | undefined)?.[1]);
  const map = readMap(elements, keys, data);
  return map.strange.length > 0 ? undefined : { ...base, kind: 'map', data, elements: map.elements };
}

/** A map without a name has no declaration: the types of its values show in the first of them. */
function dataTypes(value: unknown): readonly DataType[] {
  const concat = fieldsOf(value)?.['concat'];
  return (Array.isArray(concat) ? (concat as readonly unknown[]) : [value]).map(typeOf);
}

function typeOf(json: unknown): DataType {
  const fields = fieldsOf(json);
  const range = fields?.['range'];
  const value = Array.isArray(range) ? (range as readonly unknown[])[0] : (fieldsOf(fields?.['prefix'])?.['addr'] ?? json);
  return [TYPES.integer, TYPES.ipv4_addr, TYPES.ipv6_addr, TYPES.ether_addr].find((type) => type.read(value) !== undefined) ?? TYPES.string;
}

/** The value that a map has for a key that may be unknown, or one of several. */
export function lookUp<T>(elements: ElementSet<T>, key: Value, name: string, valueOf: (data: T) => Value): Value {
  const settle = (found: Found<T>): Value =>
    found.kind === 'element' ? valueOf(found.element.value) : found.kind === 'miss' ? NONE : unknownValue(`nftables map ${name}`);
  switch (key.kind) {
    case 'none':
      return NONE;
    case 'value':
      return settle(elements.find(key.fields));
    case 'unknown': {
      const candidates = elements.candidates(key.fields);
      const only = candidates[0];
      return candidates.length === 1 && only?.kind === 'miss' ? NONE : unknownValue(key.construct);
    }
    case 'one-of': {
      const options: { weight: number; fields: readonly Scalar[] }[] = [];
      for (const { weight, fields } of key.options) {
        const value = settle(elements.find(fields));
        if (value.kind !== 'value') return value.kind === 'none' ? unknownValue('nftables map without an element for every number') : value;
        options.push({ weight, fields: value.fields });
      }
      return { kind: 'one-of', options };
    }
    default:
      return key satisfies never;
  }
}
