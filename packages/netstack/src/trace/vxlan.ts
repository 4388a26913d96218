import { familyOf, formatIp } from '../address/ip.ts';
import type { Device, Link, VxlanDevice } from '../namespace/link.ts';
import { missingTopic } from '../namespace/lookup.ts';
import { UDP } from '../packet/protocol.ts';
import type { Packet, TunnelPayload } from '../packet/packet.ts';
import { KERNEL } from './refuse.ts';
import { localOut } from './local-out.ts';
import { receiveHere } from './receive.ts';
import { refuseByIcmp } from './refuse.ts';
import { floodTargets } from './segment.ts';
import type { Frame } from './transmit.ts';
import { type Outcome, type Outgoing, type Place, type Skb, type Walk, dropped, finding } from './walk.ts';

/** Outer Ethernet is not counted: IP 20 (or 40), UDP 8, VXLAN 8, inner Ethernet 14. */
const OVERHEAD = { 4: 50, 6: 70 } as const;
/** The kernel takes the outer source port from a hash; any in the range may be it. */
const OUTER_SOURCE_PORT = 49152;

/** A frame leaves by a VXLAN device (linux: `vxlan_xmit`): the forwarding entry of its destination names the far end. */
export function encapsulate(walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
  const device = link.device as VxlanDevice;
  if (device.external || device.port === undefined) return inExternalMode(place, link);
  const why = missingTopic(place.namespace, 'fdb');
  if (why !== undefined)
    return { kind: 'unknown', finding: finding(place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'bridge-fdb', why }) };
  const entry = place.namespace.fdb.find((e) => e.dev === link.name && e.mac === frame.mac && e.dst !== undefined);
  const target = entry?.dst ?? floodTargets(place, link)[0];
  if (target === undefined) return noFarEnd(walk, place, link, frame);
  const payload: TunnelPayload = { vni: entry?.vni ?? device.vni, packet: frame.packet, mac: frame.mac ?? '', macFrom: frame.macFrom };
  const version = typeof target === 'number' ? 4 : 6;
  const outer: Outgoing = {
    src: device.local,
    dst: target,
    protocol: UDP,
    sport: OUTER_SOURCE_PORT,
    dport: entry?.port ?? device.port,
    tcpFlags: 0,
    ttl: 64,
    length: frame.packet.length + OVERHEAD[version],
    df: false,
    tos: 0,
    mark: frame.packet.mark,
    inner: payload,
  };
  walk.step({
    kind: 'encapsulate',
    device: link.name,
    tunnel: 'vxlan',
    outer: { ...outer, src: outer.src ?? 0 },
    inner: frame.packet,
    evidence: entry === undefined ? [link.source] : [entry.source],
  });
  return localOut(walk, place, outer, KERNEL);
}

/**
 * No forwarding entry for that address. It is the entry that is missing where some machine's tunnel has the address; it is the
 * neighbour entry that is wrong where none has, and an entry is there that no neighbour leads to.
 */
function noFarEnd(walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
  const { namespace } = place;
  const details = { device: link.name, mac: frame.mac ?? '', address: formatIp(frame.nextHop), destination: formatIp(frame.packet.dst) };
  const exists = [...walk.world.hosts.values()].some((host) =>
    [...host.namespaces.values()].some((ns) => ns.links.some((other) => other.mac === frame.mac)),
  );
  const known = new Set(namespace.neighbours.filter((n) => n.dev === link.name).map((n) => n.mac));
  const isOrphaned = namespace.fdb.some((e) => e.dev === link.name && e.dst !== undefined && !known.has(e.mac));
  if (!exists && isOrphaned && frame.macFrom.evidence.length > 0)
    return dropped(place, 'NEIGHBOUR_WRONG_MAC', frame.macFrom.evidence, details);
  return dropped(place, 'TUNNEL_FDB_MISSING', [...frame.macFrom.evidence, link.source], details);
}

function inExternalMode(place: Place, link: Link): Outcome {
  return {
    kind: 'unknown',
    finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct: `VXLAN device ${link.name} in external mode` }),
  };
}

/**
 * Devices of one port share a socket a family, so the same VNI may stand once for IPv4 and once for IPv6 (linux: `vxlan_find_sock`). A
 * device is of the family of its addresses, of IPv4 without any; one in external mode is of both.
 */
function listensFor(device: Device, { dst, dport }: Packet): boolean {
  if (device.kind !== 'vxlan' || (device.port ?? dport) !== dport) return false;
  const address = device.local ?? device.remote;
  return device.external || familyOf(dst) === (address === undefined ? 4 : familyOf(address));
}

/** An outer packet has come in: which device is it for (linux: `vxlan_rcv`)? One in external mode takes every VNI. */
export function decapsulate(walk: Walk, skb: Skb, payload: TunnelPayload): Outcome {
  const { place, packet } = skb;
  const listening = place.namespace.links.filter((link) => link.up && listensFor(link.device, packet));
  const details = { port: String(packet.dport), vni: String(payload.vni), address: formatIp(packet.dst), protocol: 'udp', bound: '' };
  if (listening.length === 0) {
    const down = place.namespace.links.find(({ device }) => listensFor(device, packet));
    if (down !== undefined)
      return dropped(place, 'LINK_DOWN', [down.source], { device: down.name, destination: formatIp(payload.packet.dst) });
    return refuseByIcmp(walk, skb, 'port-unreachable', finding(place, 'SOCKET_NOT_LISTENING', [], details));
  }
  const link = listening.find((candidate) => candidate.device.kind === 'vxlan' && candidate.device.vni === payload.vni);
  const external = listening.find(({ device }) => device.kind === 'vxlan' && device.external);
  if (external !== undefined && (link === undefined || link === external)) return inExternalMode(place, external);
  if (link === undefined)
    return dropped(
      place,
      'TUNNEL_VNI_UNKNOWN',
      listening.map((other) => other.source),
      details,
    );
  const inner: Packet = { ...payload.packet, mark: packet.mark };
  walk.step({ kind: 'decapsulate', device: link.name, tunnel: 'vxlan', outer: packet, inner, evidence: [link.source] });
  const frame: Frame = {
    packet: inner,
    nextHop: inner.dst,
    mac: payload.mac === '' ? undefined : payload.mac,
    permanent: true,
    macFrom: payload.macFrom,
  };
  return receiveHere(walk, place, link, frame);
}
