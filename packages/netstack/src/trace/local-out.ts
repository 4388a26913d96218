import { type Ip, anyAddress, familyOf, formatIp, isLoopback } from '../address/ip.ts';
import { hostPrefix } from '../address/prefix.ts';
import type { Link } from '../namespace/link.ts';
import type { Nexthop, Route } from '../namespace/route.ts';
import { conf, linkByName, missingTopic, ownerOf, sysctlSource } from '../namespace/lookup.ts';
import { hasPorts } from '../packet/protocol.ts';
import type { Packet } from '../packet/packet.ts';
import type { SocketOwner } from '../netfilter/model.ts';
import { addressType } from '../routing/fib.ts';
import { type Lookup, lookup } from '../routing/lookup.ts';
import { sourceAddress, sourceAddress6 } from '../routing/source-address.ts';
import { egress } from './egress.ts';
import { hearsFromOutput, refuseByErrno } from './refuse.ts';
import { type HookResult, runHook } from './run-hook.ts';
import { type Decision, type Outcome, type Outgoing, type Place, type Skb, type Walk, finding } from './walk.ts';

/**
 * From a socket to the wire: route, OUTPUT, perhaps another route, POSTROUTING (linux: `ip_queue_xmit`, `__ip_local_out`).
 *
 * @param owner whose socket sends it; its `uid` is unset where no process waits for an error
 * @param mark what its first route is asked with, where that is not the packet's own
 * @param tracking what is known of it before any hook
 */
export function localOut(
  walk: Walk,
  place: Place,
  outgoing: Outgoing,
  owner: SocketOwner,
  { mark = outgoing.mark, tracking }: { readonly mark?: number | undefined; readonly tracking?: Skb['tracking'] } = {},
): Outcome {
  const version = familyOf(outgoing.dst);
  const unbound: Packet = { ...outgoing, src: outgoing.src ?? anyAddress(version) };
  let skb: Skb = {
    place,
    packet: unbound,
    iif: '',
    bridge: undefined,
    frame: undefined,
    zone: undefined,
    tracking,
    socket: owner,
    balanced: undefined,
    decision: undefined,
  };
  const why = missingTopic(place.namespace, 'routes') ?? missingTopic(place.namespace, 'links');
  if (why !== undefined) return { kind: 'unknown', finding: finding(place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'routes', why }) };
  let found = route(walk, skb, mark);
  // IPv6 gives a failure without a source no weight: it is asked again with one (linux: `ip6_dst_lookup_tail`).
  if (found.kind === 'refused' && (version === 4 || outgoing.src !== undefined)) return refused(skb, found);
  if (outgoing.src === undefined) {
    const chosen =
      found.kind === 'refused'
        ? sourceAddress6(place.namespace, undefined, BigInt(outgoing.dst))
        : sourceAddress(place.namespace, found.route, found.nexthop, outgoing.dst);
    // IPv4 sends without an address, and whoever gets it drops it.
    const src = chosen ?? (version === 4 ? 0 : undefined);
    if (src === undefined)
      return refuseByErrno(
        skb,
        'EADDRNOTAVAIL',
        finding(place, 'ROUTE_SOURCE_REFUSED', found.evidence, { destination: formatIp(outgoing.dst) }),
      );
    skb = { ...skb, packet: { ...unbound, src } };
    // A connecting socket of IPv4 is routed again with the address that it got: `from` rules apply now. A server's answer is sent unconnected.
    if (version === 4 ? hasPorts(outgoing.protocol) && outgoing.answer !== true : found.kind === 'refused') {
      const strange = refusedSource(skb, found.evidence);
      if (strange !== undefined) return strange;
      found = route(walk, skb, mark);
    }
  }
  if (found.kind === 'refused') return refused(skb, found);
  skb = { ...skb, decision: decide(found) };
  stepRoute(walk, skb);
  const stranded = leavesWithLoopback(skb);
  if (stranded !== undefined) return stranded;
  const first = skb.decision?.device ?? '';
  const output = runHook(walk, skb, 'output', { oif: first, nextHop: nextHopOf(skb), reroute: (changed) => reroute(walk, changed) });
  if (output.kind === 'stop') return output.outcome;
  return postrouting(walk, output.skb);
}

/**
 * A local route of another table lends its destination as the source of the first question; the second asks whether anybody here has it
 * (linux: `ip_route_output_key_hash_rcu`, `__ip_dev_find`).
 */
function refusedSource(skb: Skb, evidence: Lookup['evidence']): Outcome | undefined {
  const { place, packet } = skb;
  const { src, dst } = packet;
  if (typeof src !== 'number' || src === 0) return undefined;
  if (ownerOf(place.namespace, src) !== undefined || addressType(place.namespace, src) === 'local') return undefined;
  const details = { destination: formatIp(dst), source: formatIp(src) };
  return refuseByErrno(skb, 'ENETUNREACH', finding(place, 'ROUTE_SOURCE_REFUSED', evidence, details));
}

/** What IPVS sends on goes through OUTPUT as if it were made here (linux: `ip_vs_nat_send_or_cont`). */
export function outAgain(walk: Walk, skb: Skb): Outcome {
  const output = runHook(walk, skb, 'output', {
    oif: skb.decision?.device ?? '',
    nextHop: nextHopOf(skb),
    reroute: (changed) => reroute(walk, changed),
  });
  return output.kind === 'stop' ? output.outcome : postrouting(walk, output.skb);
}

/** The way out of a namespace, the same for what is made here and what is forwarded. */
export function postrouting(walk: Walk, skb: Skb): Outcome {
  // A policy of IPsec may encrypt the packet, or drop it.
  const policies = skb.place.namespace.gaps.filter((gap) => gap.topic === 'xfrm' && gap.kind === 'unsupported');
  if (policies.length > 0) {
    const sources = policies.flatMap((gap) => gap.source ?? []);
    if (walk.chooser.unknown('IPsec policies', sources, ['pass', 'drop']) === 'drop')
      return { kind: 'dropped', finding: finding(skb.place, 'MODEL_UNSUPPORTED', sources, { construct: 'IPsec policies' }) };
  }
  const result = runHook(walk, skb, 'postrouting', { oif: skb.decision?.device ?? '', nextHop: nextHopOf(skb) });
  return result.kind === 'stop' ? result.outcome : egress(walk, result.skb);
}

export function nextHopOf(skb: Skb): Packet['dst'] {
  return skb.decision?.via ?? skb.packet.dst;
}

function route(walk: Walk, skb: Skb, mark = skb.packet.mark, uid = skb.socket?.uid ?? 0): Lookup {
  const { packet } = skb;
  const device = skb.socket?.device;
  const link = device === undefined ? undefined : linkByName(skb.place.namespace, device);
  // A socket that is bound to a device sends nothing while that is down, not even to its own host.
  if (link !== undefined && !link.up && familyOf(packet.dst) === 4)
    return { kind: 'refused', type: 'nothing', by: 'end', evidence: [link.source] };
  const found = lookup(
    skb.place.namespace,
    {
      dst: packet.dst,
      src: packet.src,
      iif: 'lo',
      oif: device,
      mark,
      tos: packet.tos,
      protocol: packet.protocol,
      sport: packet.sport,
      dport: packet.dport,
      uid,
    },
    walk.chooser,
  );
  return found.kind === 'refused' && link !== undefined && familyOf(packet.dst) === 4 ? onLink(link, packet.dst) : found;
}

/** What a socket sends that is bound to a device is for somebody there, whatever the tables say (linux: `ip_route_output_key_hash_rcu`). */
function onLink({ name, source }: Link, destination: Ip): Lookup {
  const nexthop: Nexthop = { via: undefined, dev: name, weight: 1, onlink: false, dead: false, linkdown: false };
  const route: Route = {
    family: 4,
    table: '',
    type: 'unicast',
    destination: hostPrefix(destination),
    nexthops: [nexthop],
    metric: 0,
    tos: 0,
    prefsrc: undefined,
    scope: 253,
    mtu: undefined,
    protocol: 'kernel',
    unsupported: undefined,
    source,
  };
  return { kind: 'route', route, nexthop, evidence: [source] };
}

export function decide(found: Extract<Lookup, { kind: 'route' }>): Decision {
  const { route: chosen, nexthop, evidence } = found;
  const kind = chosen.type === 'local' || chosen.type === 'anycast' ? 'local' : chosen.type === 'broadcast' ? 'broadcast' : 'unicast';
  return { kind, device: kind === 'local' ? 'lo' : (nexthop?.dev ?? ''), via: nexthop?.via, route: chosen, evidence };
}

export function stepRoute(walk: Walk, skb: Skb): void {
  const { decision, packet } = skb;
  if (decision === undefined) return;
  walk.step({
    kind: 'route',
    table: decision.route.table,
    type: decision.route.type,
    device: decision.device,
    via: decision.via,
    source: packet.src,
    evidence: decision.evidence,
  });
}

/**
 * After OUTPUT changed the mark or the destination (linux: `ip_route_me_harder`); the source address stays. Not every
 * sender is told of what is refused here. IPv4 asks as root whoever sends (6.18: it leaves `flowi4_uid` unset).
 */
function reroute(walk: Walk, skb: Skb): HookResult {
  const stop = (outcome: Outcome): HookResult => ({
    kind: 'stop',
    outcome: outcome.kind === 'refused' && !hearsFromOutput(skb.packet) ? { kind: 'dropped', finding: outcome.finding } : outcome,
  });
  const found = route(walk, skb, skb.packet.mark, familyOf(skb.packet.dst) === 4 ? 0 : skb.socket?.uid);
  if (found.kind === 'refused') return stop(refused(skb, found));
  const decision = decide(found);
  const stranded = leavesWithLoopback({ ...skb, decision });
  if (stranded !== undefined) return stop(stranded);
  const next = { ...skb, decision };
  if (decision.device !== skb.decision?.device || decision.via !== skb.decision.via) stepRoute(walk, next);
  return { kind: 'pass', skb: next };
}

/** A source of 127/8 leaves by no device but loopback, unless that one has `route_localnet` (linux: `__mkroute_output`). */
function leavesWithLoopback(skb: Skb): Outcome | undefined {
  const { place, packet, decision } = skb;
  if (decision === undefined || decision.kind === 'local' || familyOf(packet.src) === 6 || !isLoopback(packet.src)) return undefined;
  if (conf.or(place.namespace, decision.device, 'route_localnet')) return undefined;
  const path = `net/ipv4/conf/${decision.device}/route_localnet`;
  const found = finding(place, 'SYSCTL_ROUTE_LOCALNET_OFF', [sysctlSource(place.namespace, path)], {
    device: decision.device,
    sysctl: path,
  });
  return refuseByErrno(skb, 'EINVAL', found);
}

function refused(skb: Skb, refusal: Extract<Lookup, { kind: 'refused' }>): Outcome {
  const { place, packet } = skb;
  const details = { destination: formatIp(packet.dst), source: formatIp(packet.src) };
  switch (refusal.type) {
    case 'nothing': {
      const down = linksDown(skb);
      const reason =
        down.length > 0
          ? finding(
              place,
              'LINK_DOWN',
              down.map((link) => link.source),
              { ...details, device: down.map((link) => link.name).join(', ') },
            )
          : finding(place, 'ROUTE_MISSING', refusal.evidence, details);
      return refuseByErrno(skb, 'ENETUNREACH', reason);
    }
    case 'blackhole':
      return refuseByErrno(
        skb,
        'EINVAL',
        finding(place, refusal.by === 'rule' ? 'ROUTE_RULE_REFUSES' : 'ROUTE_BLACKHOLE', refusal.evidence, details),
      );
    case 'unreachable':
      return refuseByErrno(
        skb,
        refusal.by === 'rule' ? 'ENETUNREACH' : 'EHOSTUNREACH',
        finding(place, refusal.by === 'rule' ? 'ROUTE_RULE_REFUSES' : 'ROUTE_UNREACHABLE', refusal.evidence, details),
      );
    case 'prohibit':
      return refuseByErrno(
        skb,
        'EACCES',
        finding(place, refusal.by === 'rule' ? 'ROUTE_RULE_REFUSES' : 'ROUTE_PROHIBIT', refusal.evidence, details),
      );
    default:
      return refusal.type satisfies never;
  }
}

/** A namespace whose every way out is down has no routes: the device is the cause, the missing route a symptom. */
function linksDown(skb: Skb): readonly Link[] {
  const links = skb.place.namespace.links.filter((link) => link.device.kind !== 'loopback' && link.device.kind !== 'opaque');
  return links.some((link) => link.up) ? [] : links;
}
