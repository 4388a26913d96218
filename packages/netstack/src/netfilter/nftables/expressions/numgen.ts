import { fieldsOf } from '../../parse/json.ts';
import { TYPES } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { MOST_WAYS, uniform } from '../value.ts';

/**
 * A random number, or one that counts the packets of the rule. The count is in no dump; seen over many packets both come up equally
 * often.
 */
export const numgen: ExpressionReader = (content) => {
  const fields = fieldsOf(content);
  const mod = fields?.['mod'];
  const offset = fields?.['offset'] ?? 0;
  if (typeof mod !== 'number' || mod < 1 || mod > MOST_WAYS || typeof offset !== 'number') return undefined;
  if (fields?.['mode'] !== 'random' && fields?.['mode'] !== 'inc') return undefined;
  const value = uniform(mod, offset);
  return { types: [TYPES.integer], evaluate: () => value };
};
