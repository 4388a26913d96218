import { familyOf } from '../../../address/ip.ts';
import { TCP } from '../../../packet/protocol.ts';
import { fieldsOf, textOf } from '../../parse/json.ts';
import { TYPES } from '../data-type.ts';
import type { StatementReader } from '../statement.ts';

/** The codes that do for both families, by ICMP and by ICMPv6. */
const ICMPX: Readonly<Record<string, readonly [v4: number, v6: number]>> = {
  'no-route': [0, 0],
  'net-unreachable': [0, 0],
  'port-unreachable': [3, 4],
  'host-unreachable': [1, 3],
  'admin-prohibited': [13, 1],
};

/** The port is unreachable where nothing is said. A type of one family, or a TCP reset, is for such packets alone. */
export const reject: StatementReader = (content) => {
  const fields = fieldsOf(content);
  if (content !== null && fields === undefined) return undefined;
  const type = textOf(fields?.['type']) ?? 'icmpx';
  const expr = fields?.['expr'] ?? 'port-unreachable';
  switch (type) {
    case 'tcp reset':
      return {
        kind: 'action',
        apply: ({ packet }) => (packet.protocol === TCP ? { kind: 'reject', with: { kind: 'tcp-reset' } } : { kind: 'break' }),
      };
    case 'icmp':
    case 'icmpv6': {
      const family = type === 'icmp' ? 4 : 6;
      const code = (type === 'icmp' ? TYPES.icmp_code : TYPES.icmpv6_code).read(expr);
      if (typeof code !== 'number') return undefined;
      return {
        kind: 'action',
        apply: ({ packet }) =>
          familyOf(packet.dst) === family
            ? { kind: 'reject', with: { kind: 'icmp', type: family === 4 ? 3 : 1, code } }
            : { kind: 'break' },
      };
    }
    case 'icmpx': {
      const codes = typeof expr === 'string' && Object.hasOwn(ICMPX, expr) ? ICMPX[expr] : undefined;
      if (codes === undefined) return undefined;
      return {
        kind: 'action',
        apply: ({ packet }) =>
          familyOf(packet.dst) === 4
            ? { kind: 'reject', with: { kind: 'icmp', type: 3, code: codes[0] } }
            : { kind: 'reject', with: { kind: 'icmp', type: 1, code: codes[1] } },
      };
    }
    default:
      return undefined;
  }
};
