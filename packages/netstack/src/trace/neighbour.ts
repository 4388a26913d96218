import { type Ip, familyOf, formatIp } from '../address/ip.ts';
import { contains, prefix } from '../address/prefix.ts';
import type { Link, Mac } from '../namespace/link.ts';
import { conf, linkByName, neighboursOf, ownerOf, sysctl } from '../namespace/lookup.ts';
import { vethPeer } from '../namespace/host.ts';
import { addressType } from '../routing/fib.ts';
import { lookup } from '../routing/lookup.ts';
import { deviceAddress } from '../routing/source-address.ts';
import { validateSource } from '../routing/validate-source.ts';
import type { Packet } from '../packet/packet.ts';
import type { Finding } from './finding.ts';
import type { FabricEdge } from './fabric.ts';
import type { TunnelPayload } from '../packet/packet.ts';
import { type End, type Lost, answering, hearing, soliciting, solicitingAddress } from './neighbour-discovery.ts';
import { type Station, isDeaf, stations, stationsBehind } from './segment.ts';
import { type Place, type Skb, type Walk, finding, neighbourKey } from './walk.ts';

export type Resolution =
  | { readonly kind: 'mac'; readonly mac: Mac | undefined; readonly permanent: boolean; readonly from: TunnelPayload['macFrom'] }
  /** Nobody answers: the kernel gives up after three probes. */
  | { readonly kind: 'unanswered'; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly finding: Finding }
  /** Somebody on a wire that is not modelled answers for the address. */
  | { readonly kind: 'external'; readonly edge: FabricEdge };

/**
 * The link-layer address of a next hop, as if no dynamic entry existed: a permanent one is taken as it is, right or wrong; otherwise
 * everybody who hears the question on that wire is asked whether he would answer (linux: `neigh_resolve_output`, `arp_process`).
 */
export function resolve(walk: Walk, skb: Skb, link: Link, nextHop: Ip): Resolution {
  const { place, packet } = skb;
  const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
  if (link.device.kind === 'loopback') return { kind: 'mac', mac: undefined, permanent: false, from: nothing };
  const entry = neighboursOf(place.namespace, nextHop).find(
    (n) => n.dev === link.name && !n.proxy && (n.state === 'PERMANENT' || n.state === 'NOARP'),
  );
  if (entry?.mac !== undefined) {
    walk.step({ kind: 'neighbour', device: link.name, ip: nextHop, mac: entry.mac, evidence: [entry.source] });
    return { kind: 'mac', mac: entry.mac, permanent: true, from: { ...nothing, evidence: [entry.source] } };
  }
  // Without ARP an Ethernet frame goes to the device's own address (linux: `arp_constructor`); other devices have none.
  if (link.noarp) return { kind: 'mac', mac: link.mac, permanent: false, from: nothing };
  if (!link.carrier || hearsNoAnswer(place, link)) return { kind: 'unanswered', finding: silence(place, link, nextHop) };
  const heard = neighbourKey(place, link.name, nextHop);
  if (walk.learned.has(heard)) return resolved(walk, link, nextHop, walk.learned.get(heard), nothing);
  const sender = typeof nextHop === 'bigint' ? solicitingAddress(link, packet) : senderOf(skb, link, nextHop);
  const asking = typeof nextHop === 'bigint' ? solicitation(walk, place, link, sender, nextHop) : undefined;
  if (asking !== undefined && asking.kind !== 'asked') return asking;
  if (typeof nextHop === 'number' && !passesArpTables(walk, place)) return { kind: 'unanswered', finding: silence(place, link, nextHop) };
  /** Who answers has learned who asked. */
  const answeredBy = (station: End): Resolution => {
    const why = asking?.answered(station);
    if (why !== undefined) return why;
    if (sender !== undefined) walk.learned.set(neighbourKey(station.place, station.link.name, sender), link.mac);
    return resolved(walk, link, nextHop, station.link.mac, nothing);
  };
  const edges: FabricEdge[] = [];
  for (const station of stations(walk.world, place, link)) {
    if (station.kind === 'opaque')
      return {
        kind: 'unknown',
        finding: finding(station.place, 'MODEL_UNSUPPORTED', [station.link.source], { construct: `device ${station.link.name}` }),
      };
    if (station.kind === 'edge')
      edges.push({
        host: station.place.host.id,
        namespace: station.place.namespace.id,
        device: station.link.name,
        nextHop,
        mac: undefined,
        packet,
      });
    else if (answers(walk, station, nextHop, sender)) return answeredBy(station);
  }
  for (const edge of edges) {
    const answer = walk.world.fabric.carry(edge);
    switch (answer.kind) {
      case 'host': {
        if (answer.routed === true) return asking?.answered(undefined) ?? { kind: 'external', edge };
        const host = walk.world.hosts.get(answer.host);
        const namespace = host?.namespaces.get(answer.namespace);
        const end = namespace === undefined ? undefined : linkByName(namespace, answer.device);
        if (host === undefined || namespace === undefined || end === undefined) continue;
        for (const station of stationsBehind(walk.world, { host, namespace }, end))
          if (station.kind === 'station' && answers(walk, station, nextHop, sender)) return answeredBy(station);
        continue;
      }
      case 'external':
        return asking?.answered(undefined) ?? { kind: 'external', edge };
      case 'need':
        walk.needs.add(answer.host);
        return {
          kind: 'unknown',
          finding: {
            code: 'COLLECT_NODE_MISSING',
            host: answer.host,
            namespace: '',
            evidence: [],
            details: { node: answer.host, address: formatIp(nextHop) },
          },
        };
      case 'nobody':
        continue;
      default:
        answer satisfies never;
    }
  }
  return { kind: 'unanswered', finding: silence(place, link, nextHop) };
}

/** The question is heard by all; the answer is for one, and the bridge's port at the other end of the device lets none through. */
function hearsNoAnswer({ host, namespace }: Place, link: Link): boolean {
  const peer = vethPeer(host, namespace.id, link.name);
  const behind = peer === undefined ? undefined : host.namespaces.get(peer.namespace);
  const port = behind === undefined || peer === undefined ? undefined : linkByName(behind, peer.device);
  return behind !== undefined && port?.port !== undefined && isDeaf({ host, namespace: behind }, port, link.mac);
}

/** A question of IPv6 that is on its way; `answered`: why nothing comes of that one's answer. */
interface Solicitation {
  readonly kind: 'asked';
  readonly answered: (station: End | undefined) => Resolution | undefined;
}

/** Neighbour discovery passes the chains of both ends, in both directions. */
function solicitation(walk: Walk, place: Place, link: Link, source: Ip | undefined, target: bigint): Solicitation | Resolution {
  // Without an address that may ask nobody is asked.
  if (typeof source !== 'bigint') return { kind: 'unanswered', finding: silence(place, link, target) };
  const asker: End = { place, link };
  return (
    lost(soliciting(walk, asker, source, target)) ?? {
      kind: 'asked',
      answered: (station) =>
        lost(station === undefined ? undefined : answering(walk, station, source, target)) ?? lost(hearing(walk, asker, source, target)),
    }
  );
}

function lost(why: Lost | undefined): Resolution | undefined {
  if (why === undefined) return undefined;
  return { kind: why.kind === 'unknown' ? 'unknown' : 'unanswered', finding: why.finding };
}

function resolved(walk: Walk, link: Link, ip: Ip, mac: Mac | undefined, from: TunnelPayload['macFrom']): Resolution {
  walk.step({ kind: 'neighbour', device: link.name, ip, mac, evidence: [] });
  return { kind: 'mac', mac, permanent: false, from };
}

/**
 * The address in our question: the packet's source where it is ours and `arp_announce` allows (1: only on the target's own subnet, 2:
 * never), else one of the device's (linux: `arp_solicit`).
 */
function senderOf(skb: Skb, link: Link, target: Ip): Ip | undefined {
  const ns = skb.place.namespace;
  const { src } = skb.packet;
  const announce = conf.max(ns, link.name, 'arp_announce');
  const isNear = () => link.addresses.some(({ ip, length }) => contains(prefix(ip, length), src) && contains(prefix(ip, length), target));
  if (ownerOf(ns, src) !== undefined && (announce === 0 || (announce === 1 && isNear()))) return src;
  return deviceAddress(ns, link.name, target, 'link');
}

/** Would that station answer a question for `target`? */
function answers(walk: Walk, station: Extract<Station, { kind: 'station' }>, target: Ip, sender: Ip | undefined): boolean {
  const { place, link } = station;
  const ns = place.namespace;
  if (!link.up || link.noarp) return false;
  if (typeof target === 'bigint') {
    const owner = link.addresses.find((address) => address.ip === target);
    return owner !== undefined ? !owner.tentative : proxied(walk, station, target);
  }
  const isOwn = addressType(ns, target) === 'local';
  // Of all who hear the question hardly one has reason to answer: whether the others would believe it does not matter.
  if (!isOwn && !mayProxy(station, target)) return false;
  if (!passesArpTables(walk, place)) return false;
  if (sender !== undefined && !believes(walk, station, sender, target)) return false;
  if (!isOwn) return proxied(walk, station, target);
  if (target >>> 24 === 127) return false;
  switch (conf.max(ns, link.name, 'arp_ignore')) {
    case 0:
      break;
    case 1:
      if (!link.addresses.some((address) => address.ip === target)) return false;
      break;
    case 2:
      if (
        !link.addresses.some(
          (address) => address.ip === target && sender !== undefined && contains(prefix(address.ip, address.length), sender),
        )
      )
        return false;
      break;
    case 3:
      if (!ns.links.some(({ addresses }) => addresses.some(({ ip, scope }) => ip === target && scope !== 'host'))) return false;
      break;
    case 8:
      return false;
    default:
      break;
  }
  return sender === undefined || !conf.or(ns, link.name, 'arp_filter') || leadsBack(walk, station, sender, target);
}

/** With `arp_filter` only the device answers that a packet to the sender would leave by (linux: `arp_filter`). */
function leadsBack(walk: Walk, { place, link }: End, sender: Ip, target: Ip): boolean {
  const flow = { dst: sender, src: target, iif: 'lo', mark: 0, tos: 0, protocol: 0, sport: 0, dport: 0, uid: 0 };
  const back = lookup(place.namespace, flow, walk.chooser);
  return back.kind === 'route' && back.route.type !== 'local' && back.nexthop?.dev === link.name;
}

/** Rules of family arp see the question and the answer, and are not evaluated. */
function passesArpTables(walk: Walk, place: Place): boolean {
  const tables = place.namespace.netfilter.tables.filter(({ family }) => family === 'arp');
  if (tables.length === 0) return true;
  const chains = tables
    .flatMap((table) => [...table.chains.values()])
    .filter(({ base, rules }) => base !== undefined && (rules.length > 0 || base.policy === 'drop'));
  return (
    chains.length === 0 ||
    walk.chooser.unknown(
      'rules of family arp',
      chains.map(({ source }) => source),
      [true, false],
    )
  );
}

function believes(walk: Walk, station: Extract<Station, { kind: 'station' }>, sender: Ip, target: Ip): boolean {
  const question: Packet = {
    src: sender,
    dst: target,
    protocol: 0,
    sport: 0,
    dport: 0,
    tcpFlags: 0,
    ttl: 64,
    length: 28,
    df: false,
    tos: 0,
    mark: 0,
  };
  return validateSource(station.place.namespace, question, station.link.name, undefined, walk.chooser).kind === 'ok';
}

function isListed({ place, link }: Extract<Station, { kind: 'station' }>, target: Ip): boolean {
  return neighboursOf(place.namespace, target).some((entry) => entry.proxy && entry.dev === link.name);
}

function mayProxy(station: Extract<Station, { kind: 'station' }>, target: Ip): boolean {
  return isListed(station, target) || conf.or(station.place.namespace, station.link.name, 'proxy_arp');
}

/** Proxy ARP: for what this namespace would forward by another device (linux: `arp_fwd_proxy`). */
function proxied(walk: Walk, station: Extract<Station, { kind: 'station' }>, target: Ip): boolean {
  const ns = station.place.namespace;
  const device = station.link.name;
  if (familyOf(target) === 6) return isListed(station, target) && sysctl(ns, `net/ipv6/conf/${device}/proxy_ndp`, 0) !== 0;
  if (conf.own(ns, device, 'forwarding') === 0 || !mayProxy(station, target)) return false;
  const back = lookup(ns, { dst: target, src: 0, iif: device, mark: 0, tos: 0, protocol: 0, sport: 0, dport: 0, uid: 0 }, walk.chooser);
  return back.kind === 'route' && back.route.type === 'unicast' && back.nexthop?.dev !== device;
}

/** A port of the bridge between who asks and the owner that carries no question, or none of these two. */
function closedPort(
  place: Place,
  link: Link,
  bridge: Place,
  end: Link,
): (Pick<Finding, 'code' | 'evidence' | 'details'> & { readonly place: Place }) | undefined {
  const peer = vethPeer(place.host, place.namespace.id, link.name);
  const own = peer?.namespace === bridge.namespace.id ? linkByName(bridge.namespace, peer.device) : undefined;
  const ports = [own, end].flatMap((one) =>
    one?.port === undefined ? [] : [{ name: one.name, master: one.master ?? '', port: one.port }],
  );
  const told = ({ name, master, port }: (typeof ports)[number], more: Readonly<Record<string, string>> = {}) => ({
    place: bridge,
    evidence: [port.source],
    details: { bridge: master, mac: '', port: name, ...more },
  });
  const blocked = ports.find(({ port }) => port.state !== 'forwarding');
  if (blocked !== undefined) return { code: 'BRIDGE_PORT_NOT_FORWARDING', ...told(blocked, { state: blocked.port.state }) };
  const [first, second] = ports;
  const areIsolated = first?.port.isolated === true && second?.port.isolated === true && first.master === second.master;
  return areIsolated ? { code: 'BRIDGE_PORT_ISOLATED', ...told(second) } : undefined;
}

/**
 * Why nobody answers: a device that is down at the owner's, or at the end that leads to him, or a port that carries nothing, is the cause;
 * else it is just unanswered.
 */
function silence(place: Place, link: Link, target: Ip): Finding {
  const details = { device: link.name, address: formatIp(target) };
  for (const namespace of place.host.namespaces.values()) {
    const owner = namespace === place.namespace ? undefined : ownerOf(namespace, target);
    if (owner === undefined) continue;
    if (!owner.link.up)
      return finding({ host: place.host, namespace }, 'LINK_DOWN', [owner.link.source], { ...details, device: owner.link.name });
    const peer = vethPeer(place.host, namespace.id, owner.link.name);
    const far = peer === undefined ? undefined : place.host.namespaces.get(peer.namespace);
    const end = peer === undefined || far === undefined ? undefined : linkByName(far, peer.device);
    if (far !== undefined && end?.up === false)
      return finding({ host: place.host, namespace: far }, 'LINK_DOWN', [end.source], { ...details, device: end.name });
    const closed = far === undefined || end === undefined ? undefined : closedPort(place, link, { host: place.host, namespace: far }, end);
    if (closed !== undefined)
      return finding(closed.place, closed.code, closed.evidence, { ...closed.details, destination: formatIp(target) });
  }
  if (!link.carrier) return finding(place, 'LINK_NO_CARRIER', [link.source], details);
  const history = place.namespace.neighbours
    .filter((n) => n.dev === link.name && n.ip === target && n.state === 'FAILED')
    .map((n) => n.source);
  return finding(place, 'NEIGHBOUR_UNRESOLVED', history, details);
}
