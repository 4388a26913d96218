import { fieldsOf } from '../../parse/json.ts';
import { lookUp, readLookup } from '../lookup.ts';
import type { ExpressionReader } from '../expression.ts';
import { type Scalar, type Value, unknownValue } from '../value.ts';
import type { Pattern } from '../pattern.ts';

/** The value that a map has for a key. A key that it has not ends the rule. */
export const map: ExpressionReader = (content, scope, read) => {
  const fields = fieldsOf(content);
  const key = read(fields?.['key'], scope);
  const lookup = key === undefined ? undefined : readLookup(fields?.['data'], key, scope);
  if (key === undefined || lookup?.kind !== 'map') return undefined;
  return { types: lookup.data, evaluate: (context) => lookUp(lookup.elements, key.evaluate(context), lookup.name, valueOfData) };
};

/** A single value; an interval, which only a translation takes, is no value. */
function valueOfData(data: readonly Pattern[]): Value {
  const fields: Scalar[] = [];
  for (const pattern of data) {
    if (pattern.kind !== 'exact') return unknownValue('a map to intervals');
    fields.push(pattern.value);
  }
  return { kind: 'value', fields };
}
