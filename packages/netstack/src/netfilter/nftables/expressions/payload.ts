import { familyOf } from '../../../address/ip.ts';
import { type Packet, portsOf } from '../../../packet/packet.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP, hasPorts } from '../../../packet/protocol.ts';
import { fieldsOf, textOf } from '../../parse/json.ts';
import { type DataType, TYPES } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { NONE, type Scalar, unknownValue, valueOf } from '../value.ts';

/** What stands in a header; without a getter it is there, and in no model of a packet. */
type Field = readonly [type: DataType, get?: (packet: Packet) => Scalar | undefined];

interface Header {
  /** Has the packet that header? nft tests it before it looks into one, and does not print that. */
  readonly isIn: (packet: Packet) => boolean;
  readonly fields: Readonly<Record<string, Field>>;
}

const { integer, inet_service: port } = TYPES;
const ports: Header['fields'] = {
  sport: [port, (packet) => onlyPort(packet, 'sport')],
  dport: [port, (packet) => onlyPort(packet, 'dport')],
};
const headerOf = (packet: Packet): number => (familyOf(packet.dst) === 4 ? 20 : 40);
const isVersion = (family: 4 | 6) => (packet: Packet) => familyOf(packet.dst) === family;
const isProtocol = (protocol: number) => (packet: Packet) => packet.protocol === protocol;

/** A port that a translation took at random is not known. */
function onlyPort(packet: Packet, side: 'sport' | 'dport'): number | undefined {
  const { from, to } = portsOf(packet, side);
  return from === to ? from : undefined;
}

/** Of a packet without ports the first bytes stand for them: type and code of ICMP, and its checksum. */
function anyPort(side: 'sport' | 'dport'): Field {
  return [
    port,
    (packet) => {
      if (hasPorts(packet.protocol)) return onlyPort(packet, side);
      return side === 'sport' && packet.icmp !== undefined ? packet.icmp.type * 256 + packet.icmp.code : undefined;
    },
  ];
}

function icmpHeader(protocol: number, type: DataType, code: DataType): Header {
  return {
    isIn: isProtocol(protocol),
    fields: {
      type: [type, (packet) => packet.icmp?.type],
      code: [code, (packet) => packet.icmp?.code],
      id: [integer, (packet) => packet.sport],
      checksum: [integer],
      sequence: [integer],
      mtu: [integer],
      gateway: [integer],
      'parameter-problem': [integer],
      'packet-too-big': [integer],
      'max-delay': [integer],
    },
  };
}

const HEADERS: Readonly<Record<string, Header>> = {
  ip: {
    isIn: isVersion(4),
    fields: {
      version: [integer, () => 4],
      hdrlength: [integer, () => 5],
      dscp: [TYPES.dscp, (packet) => packet.tos >> 2],
      ecn: [TYPES.ecn, (packet) => packet.tos & 3],
      length: [integer, (packet) => packet.length],
      id: [integer],
      // The model has no fragments: only the bit that forbids them may be set.
      'frag-off': [integer, (packet) => (packet.df ? 0x4000 : 0)],
      ttl: [integer, (packet) => packet.ttl],
      protocol: [TYPES.inet_proto, (packet) => packet.protocol],
      checksum: [integer],
      saddr: [TYPES.ipv4_addr, (packet) => packet.src],
      daddr: [TYPES.ipv4_addr, (packet) => packet.dst],
    },
  },
  ip6: {
    isIn: isVersion(6),
    fields: {
      version: [integer, () => 6],
      dscp: [TYPES.dscp, (packet) => packet.tos >> 2],
      ecn: [TYPES.ecn, (packet) => packet.tos & 3],
      flowlabel: [integer],
      length: [integer, (packet) => packet.length - 40],
      nexthdr: [TYPES.inet_proto, (packet) => packet.protocol],
      hoplimit: [integer, (packet) => packet.ttl],
      saddr: [TYPES.ipv6_addr, (packet) => packet.src],
      daddr: [TYPES.ipv6_addr, (packet) => packet.dst],
    },
  },
  tcp: {
    isIn: isProtocol(TCP),
    fields: {
      ...ports,
      flags: [TYPES.tcp_flag, (packet) => packet.tcpFlags],
      sequence: [integer],
      ackseq: [integer],
      doff: [integer],
      reserved: [integer],
      window: [integer],
      checksum: [integer],
      urgptr: [integer],
    },
  },
  udp: {
    isIn: isProtocol(UDP),
    fields: { ...ports, length: [integer, (packet) => packet.length - headerOf(packet)], checksum: [integer] },
  },
  udplite: { isIn: isProtocol(136), fields: { ...ports, checksum: [integer] } },
  sctp: { isIn: isProtocol(SCTP), fields: { ...ports, vtag: [integer], checksum: [integer] } },
  dccp: { isIn: isProtocol(33), fields: { sport: [port], dport: [port], type: [integer] } },
  th: { isIn: () => true, fields: { sport: anyPort('sport'), dport: anyPort('dport') } },
  icmp: icmpHeader(ICMP, TYPES.icmp_type, TYPES.icmp_code),
  icmpv6: icmpHeader(ICMPV6, TYPES.icmpv6_type, TYPES.icmpv6_code),
  ether: {
    isIn: () => true,
    fields: {
      saddr: [TYPES.ether_addr],
      daddr: [TYPES.ether_addr],
      type: [TYPES.ether_type, (packet) => (familyOf(packet.dst) === 4 ? 0x0800 : 0x86dd)],
    },
  },
  // Only IP packets are traced, and none with a tag.
  vlan: { isIn: () => false, fields: { id: [integer], pcp: [integer], dei: [integer], cfi: [integer], type: [TYPES.ether_type] } },
  arp: { isIn: () => false, fields: { operation: [integer], htype: [integer], ptype: [TYPES.ether_type] } },
};

/** A field of a header. A packet without that header ends the rule. */
export const payload: ExpressionReader = (content) => {
  const fields = fieldsOf(content);
  const protocol = textOf(fields?.['protocol']) ?? '';
  const name = textOf(fields?.['field']) ?? '';
  const header = Object.hasOwn(HEADERS, protocol) ? HEADERS[protocol] : undefined;
  const field = header !== undefined && Object.hasOwn(header.fields, name) ? header.fields[name] : undefined;
  if (header === undefined || field === undefined) return undefined;
  const [type, get] = field;
  return {
    types: [type],
    evaluate: ({ packet }) => {
      if (!header.isIn(packet)) return NONE;
      const value = get?.(packet);
      return value === undefined ? unknownValue(`nftables ${protocol} ${name}`) : valueOf(value);
    },
  };
};
