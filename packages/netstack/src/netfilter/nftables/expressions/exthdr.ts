import { familyOf } from '../../../address/ip.ts';
import { fieldsOf } from '../../parse/json.ts';
import { TYPES } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { NONE, valueOf } from '../value.ts';

/** IPv6 extension headers: the model's packets have none. Whether there is one can be asked, a field of it ends the rule. */
export const exthdr: ExpressionReader = (content) => {
  const fields = fieldsOf(content);
  if (fields === undefined || typeof fields['name'] !== 'string') return undefined;
  const asksPresence = fields['field'] === undefined;
  return {
    types: [TYPES.boolean],
    evaluate: ({ packet }) => (asksPresence && familyOf(packet.dst) === 6 ? valueOf(0) : NONE),
  };
};
