import { type Ip, familyOf, formatIp } from '../address/ip.ts';
import { type Connection, replyTuple } from '../conntrack/connections.ts';
import type { RealServer, VirtualService } from '../namespace/ipvs.ts';
import { missingTopic, sysctl } from '../namespace/lookup.ts';
import type { Hook } from '../netfilter/model.ts';
import { IPIP, SCTP, TCP, UDP } from '../packet/protocol.ts';
import { type Packet, TcpFlag, tupleOf } from '../packet/packet.ts';
import { lookup } from '../routing/lookup.ts';
import { decide, localOut, outAgain, stepRoute } from './local-out.ts';
import { KERNEL, refuseByErrno, refuseByIcmp } from './refuse.ts';
import type { HookResult } from './run-hook.ts';
import { type Outcome, type Skb, type Walk, finding } from './walk.ts';

/** A connection that was given to a server, so that its answers find back. */
export interface BalancedConnection {
  readonly protocol: number;
  readonly client: { readonly ip: Ip; readonly port: number };
  readonly virtual: { readonly ip: Ip; readonly port: number };
  readonly service: VirtualService;
  readonly server: RealServer;
}

/** The priority after which IPVS acts at a hook; it does at no other (linux: `ip_vs_ops4`). */
export function ipvsPriority(hook: Hook): number | undefined {
  switch (hook) {
    case 'input':
      return 98;
    case 'forward':
      return 99;
    case 'output':
      return -99;
    default:
      return undefined;
  }
}

/**
 * IPVS at a hook: the answer of a server gets its virtual address back; a packet for a virtual service is given to a server
 * (linux: `ip_vs_out_hook`, `ip_vs_in_hook`).
 */
export function balance(walk: Walk, skb: Skb, hook: Hook): HookResult {
  const { place, packet } = skb;
  const ns = place.namespace;
  if (skb.balanced === true) return { kind: 'pass', skb };
  const why = missingTopic(ns, 'ipvs');
  if (why !== undefined) {
    if (hook === 'forward' || walk.chooser.unknown(`IPVS was not read: ${why}`, [], ['nothing', 'anything']) === 'nothing')
      return { kind: 'pass', skb };
    return {
      kind: 'stop',
      outcome: { kind: 'unknown', finding: finding(place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'ip-vs', why }) },
    };
  }
  const back = giveBack(walk, skb);
  if (back !== undefined) return { kind: 'pass', skb: back };
  if (hook === 'forward' || (packet.protocol !== TCP && packet.protocol !== UDP && packet.protocol !== SCTP)) return { kind: 'pass', skb };
  const connections = walk.balanced(ns.id);
  let connection = connections.find(
    ({ protocol, client, virtual }) =>
      protocol === packet.protocol &&
      client.ip === packet.src &&
      client.port === packet.sport &&
      virtual.ip === packet.dst &&
      virtual.port === packet.dport,
  );
  if (connection === undefined) {
    const service = serviceFor(ns.ipvs, packet);
    // Only what begins a connection is scheduled.
    if (service === undefined || (packet.protocol === TCP && (packet.tcpFlags & (TcpFlag.SYN | TcpFlag.RST)) !== TcpFlag.SYN))
      return { kind: 'pass', skb };
    const server = schedule(service, walk);
    if (server === undefined) return { kind: 'stop', outcome: nobody(walk, skb, service, hook) };
    connection = {
      protocol: packet.protocol,
      client: { ip: packet.src, port: packet.sport },
      virtual: { ip: packet.dst, port: packet.dport },
      service,
      server,
    };
    connections.push(connection);
  }
  return forwardTo(walk, skb, connection);
}

/** By mark, then by address and port, then by address alone (linux: `ip_vs_service_find`). */
function serviceFor(services: readonly VirtualService[], packet: Packet): VirtualService | undefined {
  const byAddress = (port: number) =>
    services.find(
      ({ match }) => match.kind === 'address' && match.protocol === packet.protocol && match.ip === packet.dst && match.port === port,
    );
  const byMark = packet.mark === 0 ? undefined : services.find(({ match }) => match.kind === 'mark' && match.mark === packet.mark >>> 0);
  return byMark ?? byAddress(packet.dport) ?? byAddress(0);
}

/**
 * Any server with a weight may be the one: by weight where that counts; who is there already, who has fewest connections, and what a
 * hash says are in no dump. `fo` takes the heaviest.
 */
function schedule({ scheduler, servers }: VirtualService, walk: Walk): RealServer | undefined {
  const willing = servers.filter((server) => server.weight > 0);
  if (willing.length === 0) return undefined;
  if (scheduler === 'fo' || scheduler === 'ovf') return willing.reduce((best, server) => (server.weight > best.weight ? server : best));
  const weighs = scheduler.startsWith('w') || scheduler === 'sed' || scheduler === 'sh' || scheduler === 'mh';
  return willing.length === 1 ? willing[0] : walk.chooser.pick(willing, (server) => (weighs ? server.weight : 1));
}

/** linux: `ip_vs_leave` */
function nobody(walk: Walk, skb: Skb, service: VirtualService, hook: Hook): Outcome {
  const evidence = [service.source, ...service.servers.map((server) => server.source)];
  const found = finding(skb.place, 'IPVS_NO_SERVER', evidence, { address: formatIp(skb.packet.dst), port: String(skb.packet.dport) });
  if (hook === 'output') return refuseByErrno(skb, skb.packet.protocol === TCP ? 'ECONNREFUSED' : 'EPERM', found);
  return refuseByIcmp(walk, skb, 'port-unreachable', found);
}

function forwardTo(walk: Walk, skb: Skb, { server, service }: BalancedConnection): HookResult {
  const evidence = [service.source, server.source];
  switch (server.forward) {
    case 'local':
      return { kind: 'pass', skb };
    case 'masq': {
      const packet = { ...skb.packet, dst: server.ip, dport: server.port === 0 ? skb.packet.dport : server.port };
      walk.step({ kind: 'nat', manip: 'destination', before: tupleOf(skb.packet), after: tupleOf(packet), restored: false, evidence });
      return send(walk, tracked(walk, { ...skb, packet }), server, evidence);
    }
    case 'route':
      return send(walk, tracked(walk, skb), server, evidence);
    case 'tunnel':
      return wrap(walk, skb, server, evidence);
    default:
      return server.forward satisfies never;
  }
}

/** With `vs/conntrack` the entry learns what the answer will look like; without, the packet is tracked no more (linux: `ip_vs_notrack`). */
function tracked(walk: Walk, skb: Skb): Skb {
  const { tracking, place, packet } = skb;
  if (tracking?.entry === undefined) return skb;
  if (sysctl(place.namespace, 'net/ipv4/vs/conntrack', 0) === 0)
    return { ...skb, tracking: { state: 'UNTRACKED', entry: undefined, direction: 'original' } };
  const entry = walk.connections.replace(place.namespace.id, tracking.entry, {
    ...(tracking.entry as Connection),
    reply: replyTuple(packet),
  });
  return { ...skb, tracking: { ...tracking, entry } };
}

/** To a server elsewhere: routed anew and out through OUTPUT and POSTROUTING, whether it was made here or not. */
function send(walk: Walk, skb: Skb, server: RealServer, evidence: readonly VirtualService['source'][]): HookResult {
  const { place, packet } = skb;
  const flow = { dst: server.ip, src: familyOf(server.ip) === 4 ? 0 : 0n, iif: 'lo', mark: 0, tos: packet.tos };
  const found = lookup(place.namespace, { ...flow, protocol: packet.protocol, sport: 0, dport: 0, uid: 0 }, walk.chooser);
  if (found.kind === 'refused') {
    const why = finding(place, 'ROUTE_MISSING', [...evidence, ...found.evidence], { destination: formatIp(server.ip) });
    return {
      kind: 'stop',
      outcome: skb.socket === undefined ? refuseByIcmp(walk, skb, 'host-unreachable', why) : refuseByErrno(skb, 'EHOSTUNREACH', why),
    };
  }
  const decision = decide(found);
  if (decision.kind === 'local') return { kind: 'pass', skb: { ...skb, balanced: true } };
  const next: Skb = {
    ...skb,
    balanced: true,
    iif: '',
    packet: { ...packet, ttl: packet.ttl - 1 },
    decision: { ...decision, via: decision.via ?? server.ip, evidence: [...evidence, ...decision.evidence] },
  };
  stepRoute(walk, next);
  return { kind: 'stop', outcome: outAgain(walk, next) };
}

function wrap(walk: Walk, skb: Skb, server: RealServer, evidence: readonly VirtualService['source'][]): HookResult {
  const { place, packet } = skb;
  if (typeof server.ip !== 'number' || typeof packet.dst !== 'number') {
    const construct = `IPVS by tunnel to ${formatIp(server.ip)}`;
    return { kind: 'stop', outcome: { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', evidence, { construct }) } };
  }
  const inner = { ...packet, ttl: packet.ttl - 1 };
  const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
  const outer = {
    src: undefined,
    dst: server.ip,
    protocol: IPIP,
    sport: 0,
    dport: 0,
    tcpFlags: 0,
    ttl: packet.ttl,
    length: packet.length + 20,
    df: packet.df,
    tos: packet.tos,
    mark: packet.mark,
    inner: { tunnel: 'ipip' as const, vni: 0, packet: inner, mac: '', macFrom: nothing },
  };
  walk.step({ kind: 'encapsulate', device: 'ipvs', tunnel: 'ipip', outer: { ...outer, src: 0 }, inner, evidence });
  return { kind: 'stop', outcome: localOut(walk, place, outer, KERNEL) };
}

/** An answer, or an error about one: seen from outside it comes from the virtual address (linux: `handle_response`). */
function giveBack(walk: Walk, skb: Skb): Skb | undefined {
  const { packet, place } = skb;
  const asked = packet.quoted ?? { ...packet, src: packet.dst, sport: packet.dport, dst: packet.src, dport: packet.sport };
  const connection = walk
    .balanced(place.namespace.id)
    .find(
      ({ protocol, client, server, virtual }) =>
        server.forward === 'masq' &&
        protocol === asked.protocol &&
        client.ip === asked.src &&
        client.port === asked.sport &&
        server.ip === asked.dst &&
        (server.port === 0 ? virtual.port : server.port) === asked.dport,
    );
  if (connection === undefined) return undefined;
  const { virtual } = connection;
  if (packet.quoted !== undefined) {
    const quoted = { ...packet.quoted, dst: virtual.ip, dport: virtual.port };
    return { ...skb, balanced: true, packet: { ...packet, src: packet.src === asked.dst ? virtual.ip : packet.src, quoted } };
  }
  const restored = { ...packet, src: virtual.ip, sport: virtual.port };
  const evidence = [connection.service.source, connection.server.source];
  walk.step({ kind: 'nat', manip: 'source', before: tupleOf(packet), after: tupleOf(restored), restored: true, evidence });
  return { ...skb, balanced: true, packet: restored };
}
