import { familyOf } from '../../../address/ip.ts';
import { TCP } from '../../../packet/protocol.ts';
import type { Packet } from '../../../packet/packet.ts';
import type { TargetResult } from '../../model.ts';
import { fieldsOf, onlyField, textOf } from '../../parse/json.ts';
import { type DataType, TYPES } from '../data-type.ts';
import { readOperand } from '../operand.ts';
import type { Scope } from '../scope.ts';
import { INERT, type Statement, type StatementReader, actOn } from '../statement.ts';

const CONTINUE: TargetResult = { kind: 'continue' };

/** Sets a mark, a field of the header, or what the packet does not notice. */
export const mangle: StatementReader = (content, scope) => {
  const fields = fieldsOf(content);
  const [kind, key] = onlyField(fields?.['key']) ?? ['', undefined];
  const value = fields?.['value'];
  switch (kind) {
    case 'meta':
      return setMeta(textOf(fieldsOf(key)?.['key']) ?? '', value, scope);
    case 'ct':
      return setCt(textOf(fieldsOf(key)?.['key']) ?? '', value, scope);
    case 'payload':
      return setHeader(`${textOf(fieldsOf(key)?.['protocol']) ?? ''} ${textOf(fieldsOf(key)?.['field']) ?? ''}`, value, scope);
    case 'tcp option':
      // The segment size: it has no part in who gets the packet.
      return { kind: 'condition', test: ({ packet }) => packet.protocol === TCP };
    default:
      return undefined;
  }
};

function setMeta(key: string, value: unknown, scope: Scope): Statement | undefined {
  if (key === 'nftrace' || key === 'priority' || key === 'secmark') return INERT;
  const operand = key === 'mark' ? readOperand(value, TYPES.mark, scope) : undefined;
  if (operand === undefined) return undefined;
  return {
    kind: 'action',
    apply: (context) =>
      actOn(operand(context), ([mark]) =>
        typeof mark !== 'number' || mark === context.packet.mark ? CONTINUE : { kind: 'continue', packet: { ...context.packet, mark } },
      ),
  };
}

/** Without an entry nothing is set, and the rule goes on. */
function setCt(key: string, value: unknown, scope: Scope): Statement | undefined {
  if (key === 'label' || key === 'secmark' || key === 'event') return INERT;
  const operand = key === 'mark' ? readOperand(value, TYPES.mark, scope) : undefined;
  if (operand === undefined || scope.family === 'bridge' || scope.family === 'netdev') return undefined;
  return {
    kind: 'action',
    apply: (context) =>
      actOn(operand(context), ([mark]) =>
        typeof mark !== 'number' || context.tracking.entry === undefined ? CONTINUE : { kind: 'continue', connectionMark: mark },
      ),
  };
}

interface Field {
  readonly type: DataType;
  readonly family: 4 | 6;
  readonly set: (packet: Packet, value: number) => Packet;
}

const dscp = (packet: Packet, value: number): Packet => ({ ...packet, tos: (packet.tos & 3) | (value << 2) });
const ecn = (packet: Packet, value: number): Packet => ({ ...packet, tos: (packet.tos & 0xfc) | value });
const ttl = (packet: Packet, value: number): Packet => ({ ...packet, ttl: value });

/** Addresses and ports are left out: a change of them without connection tracking is not modelled. */
const HEADER: Readonly<Record<string, Field>> = {
  'ip dscp': { type: TYPES.dscp, family: 4, set: dscp },
  'ip6 dscp': { type: TYPES.dscp, family: 6, set: dscp },
  'ip ecn': { type: TYPES.ecn, family: 4, set: ecn },
  'ip6 ecn': { type: TYPES.ecn, family: 6, set: ecn },
  'ip ttl': { type: TYPES.integer, family: 4, set: ttl },
  'ip6 hoplimit': { type: TYPES.integer, family: 6, set: ttl },
};

function setHeader(name: string, value: unknown, scope: Scope): Statement | undefined {
  const field = Object.hasOwn(HEADER, name) ? HEADER[name] : undefined;
  const operand = field === undefined ? undefined : readOperand(value, field.type, scope);
  if (field === undefined || operand === undefined) return undefined;
  return {
    kind: 'action',
    apply: (context) =>
      familyOf(context.packet.dst) === field.family
        ? actOn(operand(context), ([number]) =>
            typeof number === 'number' ? { kind: 'continue', packet: field.set(context.packet, number) } : CONTINUE,
          )
        : { kind: 'break' },
  };
}
