import type { Packet } from '../../packet/packet.ts';
import type { NetworkNamespace } from '../../namespace/namespace.ts';
import type { MatchContext, TrackedConnection } from '../model.ts';

/** For tests: a TCP SYN from 10.0.0.2 to 10.0.0.3:80. */
export const SYN: Packet = { src: 0x0a000002, dst: 0x0a000003, protocol: 6, sport: 40000, dport: 80, tcpFlags: 2, ttl: 64, length: 60, df: true, tos: 0, mark: 0 };

/** For tests: a namespace with nothing in it. */
export const EMPTY: NetworkNamespace = {
  id: 'n',
  links: [],
  routes: [],
  rules: [],
  neighbours: [],
  fdb: [],
  sysctls: new Map(),
  sockets: [],
  netfilter: { tables: [] },
  ipsets: new Map(),
  ipvs: [],
  conntrack: [],
  gaps: [],
};

/** For tests: the entry of a packet's new connection. */
export function entryOf(packet: Packet, more: Partial<TrackedConnection> = {}): TrackedConnection {
  const { src, dst, protocol, sport, dport } = packet;
  return {
    original: { src, dst, protocol, sport, dport },
    reply: { src: dst, dst: src, protocol, sport: dport, dport: sport },
    mark: 0,
    dnat: false,
    snat: false,
    replied: false,
    ...more,
  };
}

/** For tests: a forwarded packet of a new connection, changed where given. */
export function context({ packet: changes, ...more }: Partial<Omit<MatchContext, 'packet'>> & { readonly packet?: Partial<Packet> } = {}): MatchContext {
  const packet = { ...SYN, ...changes };
  return {
    packet,
    hook: 'forward',
    namespace: EMPTY,
    iif: 'eth0',
    oif: 'eth1',
    bridge: undefined,
    tracking: { state: 'NEW', entry: entryOf(packet), direction: 'original' },
    socket: undefined,
    nextHop: undefined,
    ...more,
  };
}
