import { familyOf } from '../../../address/ip.ts';
import { linkByName, missingTopic } from '../../../namespace/lookup.ts';
import { frameType } from '../../address-type.ts';
import type { MatchContext } from '../../model.ts';
import { fieldsOf, textOf } from '../../parse/json.ts';
import { type DataType, TYPES, typeNamed } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { NONE, type Value, unknownValue, valueOf } from '../value.ts';

type Evaluate = (context: MatchContext) => Value;

const FRAME = { unicast: 0, broadcast: 1, multicast: 2 } as const;

/** In bridge chains a device is the port, not the bridge. */
function device(side: 'iif' | 'oif'): Evaluate {
  return (context) => valueOf(context[side]);
}

/** What kind of device it is; a device without a driver of its own (a physical one) has none, and there may be no device. */
function deviceKind(side: 'iif' | 'oif'): Evaluate {
  return (context) => {
    const link = linkByName(context.namespace, context[side]);
    if (link === undefined || link.device.kind === 'loopback' || link.device.kind === 'physical') return NONE;
    return valueOf(link.device.kind === 'opaque' ? link.device.type : link.device.kind);
  };
}

function bridgeOf(side: 'iif' | 'oif'): Evaluate {
  return (context) => {
    const master = linkByName(context.namespace, context[side])?.master;
    return master === undefined ? NONE : valueOf(master);
  };
}

/** The owner of the sending socket; a packet that has none ends the rule. */
const skuid: Evaluate = ({ socket }) => {
  if (socket === undefined) return NONE;
  return socket.uid === undefined ? unknownValue('nftables meta skuid of an unknown socket') : valueOf(socket.uid);
};

const skgid: Evaluate = ({ socket }) => (socket === undefined ? NONE : unknownValue('nftables meta skgid'));

const pkttype: Evaluate = ({ namespace, packet }) =>
  missingTopic(namespace, 'routes') === undefined
    ? valueOf(FRAME[frameType(namespace, packet)])
    : unknownValue('nftables meta pkttype without a routing table');

const ipsec: Evaluate = ({ namespace }) => {
  const xfrm = namespace.gaps.some((gap) => gap.topic === 'xfrm') || missingTopic(namespace, 'xfrm') !== undefined;
  return xfrm ? unknownValue('nftables meta ipsec with IPsec policies') : valueOf(0);
};

const KEYS: Readonly<Record<string, readonly [DataType, Evaluate]>> = {
  mark: [TYPES.mark, ({ packet }) => valueOf(packet.mark)],
  l4proto: [TYPES.inet_proto, ({ packet }) => valueOf(packet.protocol)],
  nfproto: [TYPES.nf_proto, ({ packet }) => valueOf(familyOf(packet.dst) === 4 ? 2 : 10)],
  protocol: [TYPES.ether_type, ({ packet }) => valueOf(familyOf(packet.dst) === 4 ? 0x0800 : 0x86dd)],
  length: [TYPES.integer, ({ packet }) => valueOf(packet.length)],
  iif: [TYPES.iface_index, device('iif')],
  oif: [TYPES.iface_index, device('oif')],
  iifname: [TYPES.ifname, device('iif')],
  oifname: [TYPES.ifname, device('oif')],
  iifkind: [TYPES.ifname, deviceKind('iif')],
  oifkind: [TYPES.ifname, deviceKind('oif')],
  ibrname: [TYPES.ifname, bridgeOf('iif')],
  obrname: [TYPES.ifname, bridgeOf('oif')],
  ibridgename: [TYPES.ifname, bridgeOf('iif')],
  obridgename: [TYPES.ifname, bridgeOf('oif')],
  skuid: [TYPES.uid, skuid],
  skgid: [TYPES.gid, skgid],
  pkttype: [TYPES.pkt_type, pkttype],
  ipsec: [TYPES.boolean, ipsec],
  secpath: [TYPES.boolean, ipsec],
  nftrace: [TYPES.integer, () => valueOf(0)],
};

/** What the kernel keeps beside the packet. What is in no dump (cpu, time, cgroup, priority, …) is unknown. */
export const meta: ExpressionReader = (content) => {
  const key = textOf(fieldsOf(content)?.['key']);
  if (key === undefined) return undefined;
  const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (known === undefined) return { types: [typeNamed(`meta ${key}`)], evaluate: () => unknownValue(`nftables meta ${key}`) };
  return { types: [known[0]], evaluate: known[1] };
};
