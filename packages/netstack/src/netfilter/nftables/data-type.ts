import { familyOf, parseIp } from '../../address/ip.ts';
import { readProtocol } from '../matches/protocol-names.ts';
import { DSCP, ECN, ICMPV6_CODES, ICMPV6_TYPES, ICMP_CODES, ICMP_TYPES } from './header-names.ts';
import type { Scalar } from './value.ts';

/** What a register may hold, and how nft prints a constant of that type. */
export interface DataType {
  readonly name: string;
  readonly bits: number;
  /** `undefined` where it is no constant of that type. */
  readonly read: (json: unknown) => Scalar | undefined;
}

type Symbols = Readonly<Record<string, number>>;

function readInteger(json: unknown): number | undefined {
  if (typeof json === 'number') return Number.isSafeInteger(json) && json >= 0 ? json : undefined;
  if (typeof json === 'boolean') return json ? 1 : 0;
  return typeof json === 'string' && /^(?:\d{1,15}|0x[0-9a-f]{1,12})$/i.test(json) ? Number(json) : undefined;
}

function integer(name: string, bits: number, symbols: Symbols = {}): DataType {
  return {
    name,
    bits,
    read: (json) => {
      if (typeof json === 'string' && Object.hasOwn(symbols, json)) return symbols[json];
      const value = readInteger(json);
      return value !== undefined && value < 2 ** bits ? value : undefined;
    },
  };
}

function address(name: string, family: 4 | 6): DataType {
  return {
    name,
    bits: family === 4 ? 32 : 128,
    read: (json) => {
      const ip = typeof json === 'string' ? parseIp(json) : undefined;
      return ip !== undefined && familyOf(ip) === family ? ip : undefined;
    },
  };
}

function text(name: string): DataType {
  return { name, bits: 0, read: (json) => (typeof json === 'string' ? json : undefined) };
}

function readMac(json: unknown): number | undefined {
  if (typeof json !== 'string' || !/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(json)) return undefined;
  return Number.parseInt(json.replaceAll(':', ''), 16);
}

const STATUS = integer('ct_status', 32, { 'seen-reply': 2, assured: 4, snat: 16, dnat: 32 });

/** Only the bits that the model knows of an entry: not whether it is expected, confirmed or dying. */
function readStatus(json: unknown): number | undefined {
  const value = STATUS.read(json);
  return typeof value === 'number' && (value & ~(2 | 4 | 16 | 32)) === 0 ? value : undefined;
}

/** By the name that stands in the declaration of a set. */
export const TYPES = {
  ipv4_addr: address('ipv4_addr', 4),
  ipv6_addr: address('ipv6_addr', 6),
  ether_addr: { name: 'ether_addr', bits: 48, read: readMac },
  ether_type: integer('ether_type', 16, { ip: 0x0800, arp: 0x0806, ip6: 0x86dd, vlan: 0x8100, '8021q': 0x8100, '8021ad': 0x88a8 }),
  inet_proto: {
    name: 'inet_proto',
    bits: 8,
    read: (json) => {
      const value = readInteger(json) ?? (typeof json === 'string' ? readProtocol(json) : undefined);
      return value !== undefined && value < 256 ? value : undefined;
    },
  },
  inet_service: integer('inet_service', 16),
  mark: integer('mark', 32),
  ifname: text('ifname'),
  iface_index: text('iface_index'),
  iface_type: integer('iface_type', 16, { ether: 1, ppp: 512, ipip: 768, ipip6: 769, loopback: 772, sit: 776, ipgre: 778 }),
  nf_proto: integer('nf_proto', 8, { ipv4: 2, ipv6: 10 }),
  ct_state: integer('ct_state', 32, { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 }),
  ct_status: { name: 'ct_status', bits: 32, read: readStatus },
  ct_dir: integer('ct_dir', 8, { original: 0, reply: 1 }),
  fib_addrtype: integer('fib_addrtype', 32, {
    unspec: 0,
    unicast: 1,
    local: 2,
    broadcast: 3,
    anycast: 4,
    multicast: 5,
    blackhole: 6,
    unreachable: 7,
    prohibit: 8,
  }),
  pkt_type: integer('pkt_type', 8, { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 }),
  tcp_flag: integer('tcp_flag', 8, { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }),
  icmp_type: integer('icmp_type', 8, ICMP_TYPES),
  icmp_code: integer('icmp_code', 8, ICMP_CODES),
  icmpv6_type: integer('icmpv6_type', 8, ICMPV6_TYPES),
  icmpv6_code: integer('icmpv6_code', 8, ICMPV6_CODES),
  dscp: integer('dscp', 6, DSCP),
  ecn: integer('ecn', 2, ECN),
  uid: integer('uid', 32, { root: 0 }),
  gid: integer('gid', 32, { root: 0 }),
  boolean: integer('boolean', 8, { exists: 1, missing: 0 }),
  integer: integer('integer', 32),
  string: text('string'),
} satisfies Record<string, DataType>;

/** What a type that is not known here holds: expressions of such a type are unknown, so no packet is compared with it. */
function anything(name: string): DataType {
  return { name, bits: 0, read: (json) => readInteger(json) ?? (typeof json === 'string' ? json : undefined) };
}

export function typeNamed(name: string): DataType {
  return Object.hasOwn(TYPES, name) ? TYPES[name as keyof typeof TYPES] : anything(name);
}
