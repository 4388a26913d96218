import { familyOf } from '../../../address/ip.ts';
import { hasPorts } from '../../../packet/protocol.ts';
import type { MatchContext, TrackedConnection } from '../../model.ts';
import { fieldsOf, textOf } from '../../parse/json.ts';
import { type DataType, TYPES, typeNamed } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { NONE, type Value, unknownValue, valueOf } from '../value.ts';

type Evaluate = (context: MatchContext) => Value;
type OfEntry = (entry: TrackedConnection, context: MatchContext) => Value;

const STATE = { INVALID: 1, ESTABLISHED: 2, RELATED: 4, NEW: 8, UNTRACKED: 64 } as const;

/** Everything but the state needs an entry; without one the rule ends. */
function ofEntry(evaluate: OfEntry): Evaluate {
  return (context) => (context.tracking.entry === undefined ? NONE : evaluate(context.tracking.entry, context));
}

/** The bits that are known; a constant with another one is not read, see the type `ct_status`. */
const status: OfEntry = (entry) =>
  valueOf((entry.replied ? 2 : 0) | (entry.assured === true ? 4 : 0) | (entry.snat ? 16 : 0) | (entry.dnat ? 32 : 0));

function address(side: 'original' | 'reply', end: 'src' | 'dst', family: 4 | 6 | undefined): OfEntry {
  return (entry) => {
    const ip = entry[side][end];
    return family !== undefined && familyOf(ip) !== family ? NONE : valueOf(ip);
  };
}

function port(side: 'original' | 'reply', end: 'sport' | 'dport', key: string): OfEntry {
  return (entry) => (hasPorts(entry[side].protocol) ? valueOf(entry[side][end]) : unknownValue(`nftables ct ${key}`));
}

const KEYS: Readonly<Record<string, readonly [DataType, Evaluate]>> = {
  state: [TYPES.ct_state, ({ tracking }) => valueOf(STATE[tracking.state])],
  status: [TYPES.ct_status, ofEntry(status)],
  mark: [TYPES.mark, ofEntry((entry) => valueOf(entry.mark))],
  direction: [TYPES.ct_dir, ofEntry((_entry, { tracking }) => valueOf(tracking.direction === 'original' ? 0 : 1))],
  l3proto: [TYPES.nf_proto, ofEntry((entry) => valueOf(familyOf(entry.original.src) === 4 ? 2 : 10))],
  protocol: [TYPES.inet_proto, ofEntry((entry) => valueOf(entry.original.protocol))],
  zone: [TYPES.integer, ofEntry(({ zone }) => valueOf(zone === undefined ? 0 : zone.original || zone.reply))],
};

/** `ip saddr`, `ip6 daddr`, `proto-dst` and so on, of one direction. */
function tupleKey(key: string, side: 'original' | 'reply', family: 4 | 6 | undefined): readonly [DataType, Evaluate] | undefined {
  const parts = /^(?:(ip6?) )?([sd])addr$/.exec(key);
  if (parts !== null) {
    const version = parts[1] === 'ip' ? 4 : parts[1] === 'ip6' ? 6 : family;
    return version === undefined
      ? undefined
      : [version === 4 ? TYPES.ipv4_addr : TYPES.ipv6_addr, ofEntry(address(side, parts[2] === 's' ? 'src' : 'dst', version))];
  }
  if (key === 'zone') return [TYPES.integer, ofEntry(({ zone }) => valueOf(zone?.[side] ?? 0))];
  if (key === 'proto-src' || key === 'proto-dst')
    return [TYPES.inet_service, ofEntry(port(side, key === 'proto-src' ? 'sport' : 'dport', key))];
  return undefined;
}

/** Connection tracking. Of the bridge family it is another one, which is not modelled. */
export const ct: ExpressionReader = (content, scope) => {
  const fields = fieldsOf(content);
  const key = textOf(fields?.['key']);
  if (key === undefined) return undefined;
  const side = textOf(fields?.['dir']);
  const family = scope.family === 'ip' ? 4 : scope.family === 'ip6' ? 6 : undefined;
  const known =
    scope.family === 'bridge' || scope.family === 'netdev'
      ? undefined
      : side === 'original' || side === 'reply'
        ? (tupleKey(key, side, family) ?? plain(key))
        : plain(key);
  if (known === undefined) return { types: [typeNamed(`ct ${key}`)], evaluate: () => unknownValue(`nftables ct ${key}`) };
  return { types: [known[0]], evaluate: known[1] };
};

function plain(key: string): readonly [DataType, Evaluate] | undefined {
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}
