import { type Ip, familyOf, formatIp } from '../../address/ip.ts';
import { contains } from '../../address/prefix.ts';
import type { Link, WireguardDevice, WireguardPeer } from '../../namespace/link.ts';
import { missingTopic, ownerOf } from '../../namespace/lookup.ts';
import { namespaceNamed } from '../../namespace/lower.ts';
import type { Host, NetworkNamespace } from '../../namespace/namespace.ts';
import type { Packet, TunnelPayload } from '../../packet/packet.ts';
import { UDP } from '../../packet/protocol.ts';
import { localOut } from '../local-out.ts';
import { receive, receiveHere } from '../receive.ts';
import { KERNEL, refuseByIcmp, refuseOwnByIcmp } from '../refuse.ts';
import type { Frame } from '../transmit.ts';
import { type Outcome, type Place, type Skb, type Walk, dropped, finding } from '../walk.ts';
import type { DeviceKind, LinkOf } from './device-kind.ts';

/** Outer IP, UDP 8, the header of a data message 16 and its tag 16. */
const OVERHEAD = { 4: 60, 6: 80 } as const;

/**
 * The destination chooses the peer; where it was heard last the encrypted packet goes, with the device's own mark, in the namespace that
 * the device was made in (linux: `wg_xmit`). That keys were agreed on is taken for granted.
 */
export const wireguard: DeviceKind<'wireguard'> = {
  transmit: (walk, place, link, frame) => {
    const { device } = link;
    const outside = outsideOf(place.host, place.namespace, device);
    const why = missingTopic(place.namespace, 'wireguard');
    if (why !== undefined)
      return { kind: 'unknown', finding: finding(place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'wireguard', why }) };
    if (outside === undefined) return unclear(place, link);
    const { packet } = frame;
    const peer = peerFor(device, packet.dst);
    if (peer === undefined) return noWay(walk, place, link, packet, [link.source], 'no peer is allowed the destination');
    const endpoint = walk.endpoints.get(endpointKey(place.namespace, link, peer)) ?? peer.endpoint;
    if (endpoint === undefined) return noWay(walk, place, link, packet, [peer.source], 'where its peer is nobody knows yet');
    const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
    const outer = {
      src: undefined,
      dst: endpoint.ip,
      protocol: UDP,
      sport: device.port,
      dport: endpoint.port,
      tcpFlags: 0,
      ttl: 64,
      length: packet.length + OVERHEAD[familyOf(endpoint.ip)],
      df: false,
      tos: packet.tos & 3,
      mark: device.fwmark,
      inner: {
        tunnel: 'wireguard',
        key: device.publicKey,
        peer: peer.publicKey,
        vni: 0,
        packet,
        mac: '',
        macFrom: nothing,
      } satisfies TunnelPayload,
    };
    walk.step({
      kind: 'encapsulate',
      device: link.name,
      tunnel: 'wireguard',
      outer: { ...outer, src: 0 },
      inner: packet,
      evidence: [peer.source],
    });
    return localOut(walk, { host: place.host, namespace: outside }, outer, KERNEL);
  },
  // It has no link-layer addresses, and nobody is asked for one.
  reach: () => undefined,
};

/** The peer whose allowed addresses fit best (linux: `wg_allowedips_lookup_dst`, `wg_allowedips_lookup_src`). */
function peerFor({ peers }: WireguardDevice, ip: Ip): WireguardPeer | undefined {
  let best: WireguardPeer | undefined;
  let longest = -1;
  for (const peer of peers)
    for (const prefix of peer.allowed) {
      const { address, length = 0 } = prefix;
      if (length > longest && familyOf(address) === familyOf(ip) && contains(prefix, ip)) {
        best = peer;
        longest = length;
      }
    }
  return best;
}

/** Whoever sent it hears that the host can't be reached. */
function noWay(walk: Walk, place: Place, link: Link, packet: Packet, evidence: Link['source'][], reason: string): Outcome {
  const found = finding(place, 'MODEL_DEVICE_DROP', evidence, {
    device: link.name,
    reason,
    model: 'WireGuard',
    address: formatIp(packet.dst),
  });
  const isOwn = ownerOf(place.namespace, packet.src) !== undefined;
  const skb: Skb = {
    place,
    packet,
    iif: '',
    bridge: undefined,
    tracking: undefined,
    socket: isOwn ? { uid: 0 } : undefined,
    decision: undefined,
  };
  return isOwn ? refuseOwnByIcmp(walk, skb, 'host-unreachable', 'EHOSTUNREACH', found) : refuseByIcmp(walk, skb, 'host-unreachable', found);
}

function unclear(place: Place, link: Link): Outcome {
  const construct = `WireGuard device ${link.name}, made in a namespace that the dump does not tell`;
  return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) };
}

function outsideOf(host: Host, namespace: NetworkNamespace, { netnsid }: WireguardDevice): NetworkNamespace | undefined {
  return netnsid === undefined ? namespace : namespaceNamed(host, namespace, netnsid);
}

function endpointKey(namespace: NetworkNamespace, link: Link, peer: WireguardPeer): string {
  return `${namespace.id} ${link.name} ${peer.publicKey}`;
}

/** An encrypted packet has come in: for the device of its port, from a peer that may send what is in it (linux: `wg_packet_consume_data_done`). */
export function decrypt(walk: Walk, skb: Skb, payload: TunnelPayload): Outcome {
  const { place, packet } = skb;
  const { host, namespace: outside } = place;
  const found = listening(host, outside, packet.dport);
  const details = { port: String(packet.dport), address: formatIp(packet.dst), protocol: 'udp', bound: '' };
  if (found === undefined) return refuseByIcmp(walk, skb, 'port-unreachable', finding(place, 'SOCKET_NOT_LISTENING', [], details));
  const { link, namespace } = found;
  const inside: Place = { host, namespace };
  const why = missingTopic(namespace, 'wireguard');
  if (why !== undefined)
    return { kind: 'unknown', finding: finding(inside, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'wireguard', why }) };
  const refuse = (reason: string, evidence: Link['source'][]): Outcome =>
    dropped(inside, 'MODEL_DEVICE_DROP', evidence, {
      device: link.name,
      reason,
      model: 'WireGuard',
      address: formatIp(payload.packet.src),
    });
  const peer = link.device.peers.find(({ publicKey }) => publicKey === payload.key);
  if (payload.peer !== link.device.publicKey) return refuse('it is encrypted for another key', [link.source]);
  if (peer === undefined) return refuse('the sender is none of its peers', [link.source]);
  if (peerFor(link.device, payload.packet.src) !== peer) return refuse('its peer may not send from that source', [peer.source]);
  // The peer is where it was heard last.
  walk.endpoints.set(endpointKey(namespace, link, peer), { ip: packet.src, port: packet.sport });
  const inner: Packet = { ...payload.packet, mark: 0 };
  walk.step({ kind: 'decapsulate', device: link.name, tunnel: 'wireguard', outer: packet, inner, evidence: [peer.source] });
  const frame: Frame = { packet: inner, nextHop: inner.dst, mac: undefined, permanent: false, macFrom: payload.macFrom };
  return namespace === outside ? receiveHere(walk, place, link, frame) : receive(walk, inside, link, frame);
}

/** The device whose socket is in that namespace, wherever the device itself is. */
function listening(
  host: Host,
  outside: NetworkNamespace,
  port: number,
): { readonly link: LinkOf<'wireguard'>; readonly namespace: NetworkNamespace } | undefined {
  for (const namespace of host.namespaces.values())
    for (const link of namespace.links)
      if (isWireguard(link) && link.up && link.device.port === port && outsideOf(host, namespace, link.device) === outside)
        return { link, namespace };
  return undefined;
}

function isWireguard(link: Link): link is LinkOf<'wireguard'> {
  return link.device.kind === 'wireguard';
}
