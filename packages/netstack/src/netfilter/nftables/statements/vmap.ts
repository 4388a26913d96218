import type { TargetResult } from '../../model.ts';
import { fieldsOf } from '../../parse/json.ts';
import type { Found } from '../element-set.ts';
import { readLookup } from '../lookup.ts';
import { readExpression } from '../read-expression.ts';
import type { StatementReader } from '../statement.ts';

/** The verdict that a map has for a key. A key that it has not ends the rule. */
export const vmap: StatementReader = (content, scope) => {
  const fields = fieldsOf(content);
  const key = readExpression(fields?.['key'], scope);
  const lookup = key === undefined ? undefined : readLookup(fields?.['data'], key, scope);
  if (key === undefined || lookup?.kind !== 'verdicts' || lookup.keys.length !== key.types.length) return undefined;
  const { elements, name } = lookup;
  const verdictOf = (found: Found<TargetResult>): TargetResult => {
    if (found.kind === 'miss') return { kind: 'break' };
    if (found.kind === 'unknown') return { kind: 'unknown', construct: `elements of map ${name} that are not understood` };
    const { value, source } = found.element;
    return source === undefined ? value : { ...value, by: source() };
  };
  return {
    kind: 'action',
    apply: (context) => {
      const value = key.evaluate(context);
      switch (value.kind) {
        case 'none':
          return { kind: 'break' };
        case 'value':
          return verdictOf(elements.find(value.fields));
        case 'unknown':
          return oneOf(elements.candidates(value.fields), verdictOf, value.construct);
        case 'one-of': {
          const weights = new Map<unknown, { weight: number; result: TargetResult }>();
          for (const { weight, fields: found } of value.options) {
            const at = elements.find(found);
            const same = at.kind === 'element' ? at.element : at.kind;
            weights.set(same, { weight: (weights.get(same)?.weight ?? 0) + weight, result: verdictOf(at) });
          }
          return { kind: 'choose', options: [...weights.values()] };
        }
        default:
          return value satisfies never;
      }
    },
  };
};

/** More verdicts than that are not walked one by one. */
const MOST_VERDICTS = 16;

function oneOf(
  candidates: readonly Found<TargetResult>[],
  verdictOf: (found: Found<TargetResult>) => TargetResult,
  construct: string,
): TargetResult {
  const only = candidates[0];
  if (candidates.length === 1 && only !== undefined) return verdictOf(only);
  if (candidates.length > MOST_VERDICTS) return { kind: 'unknown', construct };
  return { kind: 'choose', construct, options: candidates.map((found) => ({ weight: 1, result: verdictOf(found) })) };
}
