import { familyOf } from '../../../address/ip.ts';
import { fieldsOf } from '../../parse/json.ts';
import { shown } from '../read-expression.ts';
import { TYPES, typeNamed } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { NONE, unknownValue, valueOf } from '../value.ts';

/** What routing chose. Without a route (prerouting) it ends the rule. */
export const rt: ExpressionReader = (content, scope) => {
  const fields = fieldsOf(content);
  const key = fields?.['key'];
  if (key !== 'nexthop') return { types: [typeNamed('realm')], evaluate: () => unknownValue(shown({ rt: content })) };
  const family = fields?.['family'] === 'ip6' || (fields?.['family'] === undefined && scope.family === 'ip6') ? 6 : 4;
  return {
    types: [family === 4 ? TYPES.ipv4_addr : TYPES.ipv6_addr],
    evaluate: ({ packet, hook, nextHop }) => {
      if (familyOf(packet.dst) !== family || hook === 'prerouting') return NONE;
      return nextHop === undefined ? unknownValue('nftables rt nexthop') : valueOf(nextHop);
    },
  };
};
