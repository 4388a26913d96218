import { familyOf, formatIp, isLinkLocal, isLoopback, isMulticast } from '../address/ip.ts';
import { conf, missingTopic, sysctl, sysctlSource } from '../namespace/lookup.ts';
import { type Lookup, lookup } from '../routing/lookup.ts';
import { martianReason, validateSource } from '../routing/validate-source.ts';
import { forward } from './forward.ts';
import { localIn } from './local-in.ts';
import { decide, stepRoute } from './local-out.ts';
import { refuseByIcmp } from './refuse.ts';
import { runHook } from './run-hook.ts';
import { type Outcome, type Skb, type Walk, dropped, finding } from './walk.ts';

/** An IP packet came up from a device (linux: `ip_rcv`): PREROUTING, then the routing decision. */
export function ipReceive(walk: Walk, skb: Skb): Outcome {
  const prerouted = runHook(walk, skb, 'prerouting', { oif: '' });
  return prerouted.kind === 'stop' ? prerouted.outcome : routeInput(walk, prerouted.skb);
}

/** Is it ours, is it to be forwarded, or is it refused (linux: `ip_route_input_slow`)? */
export function routeInput(walk: Walk, start: Skb): Outcome {
  let skb = start;
  const { place, packet, iif } = skb;
  const ns = place.namespace;
  const why = missingTopic(ns, 'routes');
  if (why !== undefined) return { kind: 'unknown', finding: finding(place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'routes', why }) };
  // What was looped back over lo has its route already.
  if (skb.decision?.kind === 'local') return localIn(walk, skb);
  const details = () => ({ source: formatIp(packet.src), destination: formatIp(packet.dst), device: iif });
  const martian = martianReason(packet);
  if (martian !== undefined)
    return dropped(place, martian === 'source' ? 'ROUTE_MARTIAN_SOURCE' : 'ROUTE_MARTIAN_DESTINATION', [], details());
  if (familyOf(packet.dst) === 4 && (isLoopback(packet.src) || isLoopback(packet.dst)) && !conf.or(ns, iif, 'route_localnet')) {
    const path = `net/ipv4/conf/${iif}/route_localnet`;
    return dropped(place, 'SYSCTL_ROUTE_LOCALNET_OFF', [sysctlSource(ns, path)], { ...details(), sysctl: path });
  }
  const found = routeFor(walk, skb);
  if (found.kind === 'refused') return refusedForward(walk, skb, found, details());
  const decision = decide(found);
  skb = { ...skb, decision };
  const isLocal =
    decision.kind === 'local' || decision.kind === 'broadcast' || (decision.route.type === 'multicast' && isMulticast(packet.dst));
  stepRoute(walk, skb);
  // What a route sent to loopback comes back to whoever sent it, who may forward it no more than before.
  if (!isLocal && iif === 'lo' && !forwards(walk, skb)) return dropped(place, 'ROUTE_LOOP', start.decision?.evidence ?? [], details());
  if (!isLocal && !forwards(walk, skb))
    return dropped(place, 'SYSCTL_FORWARDING_OFF', [sysctlSource(ns, forwardingPath(skb))], { ...details(), sysctl: forwardingPath(skb) });
  const valid = validateSource(ns, packet, iif, isLocal ? undefined : decision.device, walk.chooser);
  if (valid.kind === 'refused') return dropped(place, valid.code, valid.evidence, details());
  if (isLocal) return localIn(walk, skb);
  if (familyOf(packet.dst) === 6 && (isLinkLocal(packet.src) || packet.src === 0n))
    return dropped(place, 'ROUTE_MARTIAN_SOURCE', [], details());
  return forward(walk, skb);
}

function routeFor(walk: Walk, skb: Skb): Lookup {
  const { packet } = skb;
  return lookup(
    skb.place.namespace,
    {
      dst: packet.dst,
      src: packet.src,
      iif: skb.iif,
      mark: packet.mark,
      tos: packet.tos,
      protocol: packet.protocol,
      sport: packet.sport,
      dport: packet.dport,
      uid: 0,
    },
    walk.chooser,
  );
}

/** IPv4 asks the in-device, IPv6 the whole namespace. */
function forwardingPath(skb: Skb): string {
  return familyOf(skb.packet.dst) === 4 ? `net/ipv4/conf/${skb.iif}/forwarding` : 'net/ipv6/conf/all/forwarding';
}

function forwards(walk: Walk, skb: Skb): boolean {
  const ns = skb.place.namespace;
  const path = forwardingPath(skb);
  if (!ns.sysctls.has(path) && missingTopic(ns, 'sysctls') !== undefined)
    return walk.chooser.unknown(`${path} was not read`, [], [true, false]);
  return sysctl(ns, path, sysctl(ns, 'net/ipv4/ip_forward', 0)) !== 0;
}

/** No way on: an ICMP error; IPv4's only from a device that forwards (linux: `ip_error`, `ip6_pkt_drop`). */
function refusedForward(
  walk: Walk,
  skb: Skb,
  found: Extract<Lookup, { kind: 'refused' }>,
  details: Readonly<Record<string, string>>,
): Outcome {
  const { place } = skb;
  if (familyOf(skb.packet.dst) === 4 && !forwards(walk, skb))
    return dropped(place, 'SYSCTL_FORWARDING_OFF', [sysctlSource(place.namespace, forwardingPath(skb))], {
      ...details,
      sysctl: forwardingPath(skb),
    });
  switch (found.type) {
    case 'nothing':
      return refuseByIcmp(walk, skb, 'net-unreachable', finding(place, 'ROUTE_MISSING', found.evidence, details));
    case 'blackhole':
      return dropped(place, found.by === 'rule' ? 'ROUTE_RULE_REFUSES' : 'ROUTE_BLACKHOLE', found.evidence, details);
    case 'unreachable':
      return found.by === 'rule'
        ? refuseByIcmp(walk, skb, 'net-unreachable', finding(place, 'ROUTE_RULE_REFUSES', found.evidence, details))
        : refuseByIcmp(
            walk,
            skb,
            familyOf(skb.packet.dst) === 4 ? 'host-unreachable' : 'net-unreachable',
            finding(place, 'ROUTE_UNREACHABLE', found.evidence, details),
          );
    case 'prohibit':
      return refuseByIcmp(
        walk,
        skb,
        'prohibited',
        finding(place, found.by === 'rule' ? 'ROUTE_RULE_REFUSES' : 'ROUTE_PROHIBIT', found.evidence, details),
      );
    default:
      return found.type satisfies never;
  }
}
