import { familyOf, formatIp } from '../address/ip.ts';
import { linkByName } from '../namespace/lookup.ts';
import { postrouting, nextHopOf } from './local-out.ts';
import { refuseByIcmp } from './refuse.ts';
import { runHook } from './run-hook.ts';
import { type Outcome, type Skb, type Walk, finding } from './walk.ts';

/** From one device to another (linux: `ip_forward`): TTL and size come before the FORWARD chains, which see the lowered TTL. */
export function forward(walk: Walk, start: Skb): Outcome {
  const { place, packet, decision } = start;
  const details = () => ({ destination: formatIp(packet.dst), device: decision?.device ?? '' });
  if (packet.ttl <= 1) {
    const found = walk.inCircles
      ? finding(place, 'ROUTE_LOOP', decision?.evidence ?? [], details())
      : finding(place, 'ROUTE_TTL_EXCEEDED', [], details());
    return refuseByIcmp(walk, start, 'ttl-exceeded', found);
  }
  const mtu = decision?.route.mtu ?? linkByName(place.namespace, decision?.device ?? '')?.mtu;
  if (mtu !== undefined && packet.length > mtu && (packet.df || familyOf(packet.dst) === 6)) {
    const evidence =
      decision?.route.mtu !== undefined ? [decision.route.source] : (linkByName(place.namespace, decision?.device ?? '')?.source ?? []);
    return refuseByIcmp(
      walk,
      start,
      'too-big',
      finding(place, 'MTU_EXCEEDED', Array.isArray(evidence) ? evidence : [evidence], {
        ...details(),
        mtu: String(mtu),
        length: String(packet.length),
      }),
    );
  }
  const skb: Skb = { ...start, packet: { ...packet, ttl: packet.ttl - 1 } };
  const passed = runHook(walk, skb, 'forward', { oif: decision?.device ?? '', nextHop: nextHopOf(skb) });
  return passed.kind === 'stop' ? passed.outcome : postrouting(walk, passed.skb);
}
