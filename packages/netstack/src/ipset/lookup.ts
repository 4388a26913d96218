import { type Ip, familyOf } from '../address/ip.ts';
import { maskOf } from '../address/prefix.ts';
import { missingTopic } from '../namespace/lookup.ts';
import type { MatchContext } from '../netfilter/model.ts';
import type { Packet } from '../packet/packet.ts';
import { ICMP, ICMPV6, TCP, UDP, hasPorts } from '../packet/protocol.ts';
import { changedSets } from './changed.ts';
import { masked, portKey } from './element.ts';
import { type IpSet, type Part, type SetElement, type SetKey, keyOf } from './set.ts';

export type Side = 'src' | 'dst';

/** What a rule asks a set with. */
export interface SetQuery {
  readonly name: string;
  /** One a dimension. */
  readonly sides: readonly Side[];
  /** `--return-nomatch`: exceptions are the hits, and nothing else is. */
  readonly returnNomatch: boolean;
}

export type SetAnswer =
  | { readonly kind: 'hit'; readonly set: IpSet; readonly element: SetElement }
  | { readonly kind: 'miss' }
  | { readonly kind: 'unknown'; readonly construct: string };

const MISS: SetAnswer = { kind: 'miss' };

/** Is the packet in the set (linux: `ip_set_test`)? Too few sides for the dimension, or another family, and it is not. */
export function askSet(query: SetQuery, context: MatchContext): SetAnswer {
  const set = context.namespace.ipsets.get(query.name);
  const why = missingTopic(context.namespace, 'ipset');
  if (why !== undefined) return { kind: 'unknown', construct: `set ${query.name}: ${why}` };
  if (set === undefined) return { kind: 'unknown', construct: `set ${query.name}, which is not in the dump` };
  if (set.unreadable !== undefined) return { kind: 'unknown', construct: `set ${query.name}: ${set.unreadable}` };
  if (changedSets(context.namespace).has(query.name)) return { kind: 'unknown', construct: `set ${query.name}, which rules change` };
  if (query.sides.length < set.parts.length) return MISS;
  if (set.family !== undefined && set.family !== familyOf(context.packet.dst)) return MISS;
  if (set.type === 'list:set') return askMembers(set, query, context);
  const answer = find(set, query.sides, context);
  if (answer.kind !== 'hit' || !set.parts.includes('net')) return answer;
  return answer.element.nomatch === query.returnNomatch ? answer : MISS;
}

/** The members in their order; the first that has it (linux: `list_set_ktest`). */
function askMembers(list: IpSet, query: SetQuery, context: MatchContext): SetAnswer {
  for (const name of list.members) {
    const answer = askSet({ ...query, name }, context);
    if (answer.kind !== 'miss') return answer;
  }
  return MISS;
}

/** From the longest prefixes to the shortest; where one has the address with other interfaces alone, the search ends there. */
function find(set: IpSet, sides: readonly Side[], context: MatchContext): SetAnswer {
  const { chosen } = context.packet;
  if (chosen !== undefined && set.parts.some((part, i) => part.endsWith('port') && (sides[i] === 'src') === (chosen.side === 'sport')))
    return { kind: 'unknown', construct: `set ${set.name} of ports, and one that a translation takes at random` };
  const values = set.parts.map((part, i) => valueOf(part, sides[i] as Side, set, context.packet));
  if (values.includes(undefined)) return MISS;
  for (const { lengths, elements } of set.levels) {
    let net = 0;
    const keys: SetKey[] = [];
    for (const [i, part] of set.parts.entries()) {
      const value = values[i];
      if (part === 'net') keys.push(masked(value as Ip, maskOf(familyOf(value as Ip), lengths[net++] ?? 0)));
      else if (part !== 'iface' && part !== 'mac') keys.push(value as SetKey);
    }
    const found = elements.get(keyOf(keys));
    if (found === undefined) continue;
    const last = set.parts.at(-1);
    if (last === 'iface') return byInterface(set, found, sides[1] as Side, context);
    if (last === 'mac') return byMac(set, found, sides[set.parts.length - 1] as Side, context);
    return { kind: 'hit', set, element: found[0] as SetElement };
  }
  return MISS;
}

/** `''` for what the key leaves out; `undefined` where the packet has no such part, and is in no set of that type. */
function valueOf(part: Part, side: Side, set: IpSet, packet: Packet): SetKey | undefined {
  switch (part) {
    case 'ip': {
      const ip = masked(packet[side], set.mask);
      // 0.0.0.0 can't be stored (linux: `hash_ip4_kadt`).
      return set.type === 'hash:ip' && (ip === 0 || ip === 0n) ? undefined : ip;
    }
    case 'net':
      return masked(packet[side], set.mask);
    case 'port':
      return portOf(packet, side);
    case 'bare-port':
      return packet.protocol === TCP || packet.protocol === UDP ? packet[side === 'src' ? 'sport' : 'dport'] : undefined;
    case 'mark':
      return (packet.mark & set.markMask) >>> 0;
    case 'iface':
    case 'mac':
      return '';
    default:
      return part satisfies never;
  }
}

/** linux: `get_port`. ICMP counts type and code, whatever the side; a protocol without ports has port 0. */
function portOf(packet: Packet, side: Side): string {
  const { protocol, icmp } = packet;
  if (protocol === ICMP || protocol === ICMPV6) return portKey(protocol, (icmp?.type ?? 0) * 256 + (icmp?.code ?? 0));
  return portKey(protocol, hasPorts(protocol) ? packet[side === 'src' ? 'sport' : 'dport'] : 0);
}

/** Source is the in-device, destination the out-device; where there is none, nothing fits. No rule of iptables asks for bridge ports. */
function byInterface(set: IpSet, found: readonly SetElement[], side: Side, context: MatchContext): SetAnswer {
  const device = side === 'src' ? context.iif : context.oif;
  if (device === '') return MISS;
  const element = found.find(
    ({ iface }) => iface?.physdev === false && (iface.wildcard ? device.startsWith(iface.name) : device === iface.name),
  );
  return element === undefined ? MISS : { kind: 'hit', set, element };
}

/** The frame that brought the packet. What is made here came in none: it is in no such set. */
function byMac(set: IpSet, found: readonly SetElement[], side: Side, { socket, frame }: MatchContext): SetAnswer {
  if (socket !== undefined) return MISS;
  const address = side === 'src' ? frame?.source : frame?.destination;
  const element = found.find(({ mac }) => mac === undefined || mac === address);
  if (element !== undefined) return { kind: 'hit', set, element };
  return address === undefined ? { kind: 'unknown', construct: `set ${set.name} of MAC addresses` } : MISS;
}
