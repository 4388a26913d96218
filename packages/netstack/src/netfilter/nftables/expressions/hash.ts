import { fieldsOf } from '../../parse/json.ts';
import { TYPES } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { MOST_WAYS, NONE, uniform } from '../value.ts';

/** Over many connections a hash spreads evenly; which value one connection gets is not computed. */
export const jhash: ExpressionReader = (content, scope, read) => {
  const fields = fieldsOf(content);
  const key = read(fields?.['expr'], scope);
  const spread = spreadOf(fields);
  if (key === undefined || spread === undefined) return undefined;
  return { types: [TYPES.integer], evaluate: (context) => (key.evaluate(context).kind === 'none' ? NONE : spread) };
};

/** The hash of the packet's own flow. */
export const symhash: ExpressionReader = (content) => {
  const spread = spreadOf(fieldsOf(content));
  return spread === undefined ? undefined : { types: [TYPES.integer], evaluate: () => spread };
};

function spreadOf(fields: ReturnType<typeof fieldsOf>): ReturnType<typeof uniform> | undefined {
  const mod = fields?.['mod'];
  const offset = fields?.['offset'] ?? 0;
  return typeof mod === 'number' && mod >= 1 && mod <= MOST_WAYS && typeof offset === 'number' ? uniform(mod, offset) : undefined;
}
