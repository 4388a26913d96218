import { formatIp } from '../../address/ip.ts';
import type { Link, TunnelDevice } from '../../namespace/link.ts';
import { GRE, IPIP } from '../../packet/protocol.ts';
import type { Packet, TunnelPayload } from '../../packet/packet.ts';
import { localOut } from '../local-out.ts';
import { receiveHere } from '../receive.ts';
import { KERNEL, refuseByIcmp } from '../refuse.ts';
import { type Outcome, type Skb, type Walk, dropped, finding } from '../walk.ts';
import type { DeviceKind, LinkOf } from './device-kind.ts';

const PROTOCOL: Readonly<Record<TunnelDevice['type'], number>> = { ipip: IPIP, gre: GRE, sit: 41 };

function overhead({ type, outKey }: TunnelDevice): number {
  return type === 'gre' ? 24 + (outKey === undefined ? 0 : 4) : 20;
}

/** The packet becomes the payload of another (linux: `ip_tunnel_xmit`); where no far end is set, it is the next hop. */
export const tunnel: DeviceKind<'tunnel'> = {
  transmit: (walk, place, link, frame) => {
    const { device } = link;
    const target = device.remote ?? frame.nextHop;
    if (typeof target !== 'number') {
      const construct = `tunnel ${link.name} to an IPv6 next hop without a far end`;
      return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) };
    }
    const { type, outKey: key } = device;
    const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
    const outer = {
      src: device.local,
      dst: target,
      protocol: PROTOCOL[type],
      sport: 0,
      dport: 0,
      tcpFlags: 0,
      ttl: 64,
      length: frame.packet.length + overhead(device),
      df: frame.packet.df,
      tos: frame.packet.tos,
      mark: frame.packet.mark,
      inner: { tunnel: type, key, vni: 0, packet: frame.packet, mac: '', macFrom: nothing } satisfies TunnelPayload,
    };
    walk.step({
      kind: 'encapsulate',
      device: link.name,
      tunnel: type,
      outer: { ...outer, src: outer.src ?? 0 },
      inner: frame.packet,
      evidence: [link.source],
    });
    // The device's own mark asks for the route; the chains see the packet's.
    return localOut(walk, place, outer, KERNEL, { mark: device.fwmark ?? 0 });
  },
  // Nothing is asked for on it: it has no link-layer addresses.
  reach: () => undefined,
};

/** Which device is an outer packet for? The one that names both ends, else one, else none (linux: `ip_tunnel_lookup`). */
export function leaveTunnel(walk: Walk, skb: Skb, payload: TunnelPayload & { readonly tunnel: TunnelDevice['type'] }): Outcome {
  const { place, packet } = skb;
  let best: LinkOf<'tunnel'> | undefined;
  let bestScore = -1;
  for (const link of place.namespace.links) {
    const score = isTunnel(link) && link.up ? fit(link.device, packet, payload) : -1;
    if (score > bestScore) {
      best = link as LinkOf<'tunnel'>;
      bestScore = score;
    }
  }
  if (best === undefined) {
    const down = place.namespace.links.find((link) => isTunnel(link) && fit(link.device, packet, payload) >= 0);
    if (down !== undefined)
      return dropped(place, 'LINK_DOWN', [down.source], { device: down.name, destination: formatIp(payload.packet.dst) });
    const details = { address: formatIp(packet.dst), port: '', protocol: payload.tunnel, bound: '' };
    return refuseByIcmp(walk, skb, 'port-unreachable', finding(place, 'SOCKET_NOT_LISTENING', [], details));
  }
  const inner: Packet = { ...payload.packet, mark: packet.mark };
  walk.step({ kind: 'decapsulate', device: best.name, tunnel: payload.tunnel, outer: packet, inner, evidence: [best.source] });
  return receiveHere(walk, place, best, {
    packet: inner,
    nextHop: inner.dst,
    mac: undefined,
    permanent: false,
    macFrom: payload.macFrom,
  });
}

function isTunnel(link: Link): link is LinkOf<'tunnel'> {
  return link.device.kind === 'tunnel';
}

function fit(device: TunnelDevice, outer: Packet, { tunnel: type, key }: TunnelPayload): number {
  if (device.type !== type || device.inKey !== key) return -1;
  if (device.remote !== undefined && device.remote !== outer.src) return -1;
  if (device.local !== undefined && device.local !== outer.dst) return -1;
  return (device.remote === undefined ? 0 : 2) + (device.local === undefined ? 0 : 1);
}
