import { formatIp, isMulticast } from '../address/ip.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { Packet } from '../packet/packet.ts';
import { nextHopOf } from './local-out.ts';
import { resolve } from './neighbour.ts';
import { refuseByErrno, refuseByIcmp, refuseOwnByIcmp } from './refuse.ts';
import { routeInput } from './ip-receive.ts';
import { runHook } from './run-hook.ts';
import { type Frame, transmit } from './transmit.ts';
import { type Outcome, type Skb, type Walk, dropped, finding } from './walk.ts';

/** The last steps of IP: size, next hop, link-layer address (linux: `ip_finish_output`). */
export function egress(walk: Walk, skb: Skb): Outcome {
  const { place, packet, decision } = skb;
  const device = decision?.device ?? '';
  const link = linkByName(place.namespace, device);
  const details = () => ({ device, destination: formatIp(packet.dst) });
  if (link === undefined || !link.up) return dropped(place, 'LINK_DOWN', link === undefined ? [] : [link.source], details());
  if (link.device.kind === 'loopback') return loopBack(walk, skb);
  const mtu = decision?.route.mtu ?? link.mtu;
  if (skb.socket?.uid !== undefined && packet.df && packet.length > mtu && packet.answer === undefined && packet.protocol !== 6)
    return refuseByErrno(
      skb,
      'EMSGSIZE',
      finding(place, 'MTU_EXCEEDED', [link.source], { ...details(), mtu: String(mtu), length: String(packet.length) }),
    );
  const nextHop = nextHopOf(skb);
  if (decision?.kind === 'broadcast' || isMulticast(packet.dst))
    return {
      kind: 'unknown',
      finding: finding(place, 'MODEL_UNSUPPORTED', decision?.evidence ?? [], {
        construct: `broadcast or multicast to ${formatIp(packet.dst)}`,
      }),
    };
  const resolution = resolve(walk, skb, link, nextHop);
  switch (resolution.kind) {
    case 'unknown':
      return { kind: 'unknown', finding: resolution.finding };
    case 'unanswered':
      return skb.socket === undefined
        ? refuseByIcmp(walk, skb, 'host-unreachable', resolution.finding)
        : refuseOwnByIcmp(walk, skb, 'host-unreachable', 'EHOSTUNREACH', resolution.finding);
    case 'external':
    case 'mac': {
      const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
      const sent: Packet = packet.length > mtu ? { ...packet, fragmented: true } : packet;
      const frame: Frame =
        resolution.kind === 'mac'
          ? { packet: sent, nextHop, mac: resolution.mac, permanent: resolution.permanent, macFrom: resolution.from, source: link.mac }
          : { packet: sent, nextHop, mac: undefined, permanent: false, macFrom: nothing, edge: resolution.edge, source: link.mac };
      return transmit(walk, place, link, frame);
    }
    default:
      return resolution satisfies never;
  }
}

/** To oneself: mark and connection stay attached, and no route is asked again. */
function loopBack(walk: Walk, skb: Skb): Outcome {
  walk.step({ kind: 'transmit', device: 'lo', evidence: [] });
  const result = runHook(walk, { ...skb, iif: 'lo' }, 'prerouting', { oif: '' });
  return result.kind === 'stop' ? result.outcome : routeInput(walk, result.skb);
}
