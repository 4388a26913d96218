import type { Ip } from '../address/ip.ts';
import type { Source } from '../source.ts';

/** TCP header flags, the bits of the thirteenth byte. */
export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const;

/**
 * The first packet of a conversation, or an answer to it, as the kernel's hooks see it. Immutable: whatever changes it makes a new one.
 *
 * `mark` is the kernel's `skb->mark`: it belongs to the packet inside one namespace (and its tunnels) and is zero on a wire.
 */
export interface Packet {
  readonly src: Ip;
  readonly dst: Ip;
  /** IANA number. */
  readonly protocol: number;
  /** 0 where the protocol has no ports; the identifier for an ICMP echo. */
  readonly sport: number;
  /** 0 where the protocol has no ports. */
  readonly dport: number;
  /** Set for ICMP and ICMPv6 only. */
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
  /** A sum of {@link TcpFlag}; 0 for other protocols. */
  readonly tcpFlags: number;
  /** Time to live, hop limit in IPv6. */
  readonly ttl: number;
  /** Total length of the IP packet in bytes. */
  readonly length: number;
  /** Don't fragment; IPv6 routers never fragment, whatever it says. */
  readonly df: boolean;
  /** On its way in fragments: only the first of them has ports. */
  readonly fragmented?: true | undefined;
  /** The TOS byte, traffic class in IPv6. */
  readonly tos: number;
  readonly mark: number;
  /** An ICMP error quotes the packet that it is about, as the reporting host saw it. */
  readonly quoted?: Packet | undefined;
  /** Sent in answer to a packet: what a stateless protocol can't tell by itself. */
  readonly answer?: true | undefined;
  /** A tunnel's outer packet carries a frame. */
  readonly inner?: TunnelPayload | undefined;
  /** A port that a translation took at random: `sport`, in an answer `dport`, is one of them. */
  readonly chosen?: ChosenPort | undefined;
}

/**
 * A new packet. All its fields are set, those that it has not to `undefined`: the copies that a walk makes of it are fast only while all
 * packets are objects of one shape.
 */
export function newPacket<P extends Omit<Packet, 'src'> & { readonly src: Ip | undefined }>(fields: P): P {
  const { src, dst, protocol, sport, dport, icmp, tcpFlags, ttl, length, df, fragmented, tos, mark, quoted, answer, inner, chosen } =
    fields;
  return { src, dst, protocol, sport, dport, icmp, tcpFlags, ttl, length, df, fragmented, tos, mark, quoted, answer, inner, chosen } as P;
}

export interface ChosenPort {
  readonly side: 'sport' | 'dport';
  readonly from: number;
  readonly to: number;
}

/** The ports that one may be: most often the one. */
export function portsOf(packet: Packet, side: ChosenPort['side']): { readonly from: number; readonly to: number } {
  return packet.chosen?.side === side ? packet.chosen : { from: packet[side], to: packet[side] };
}

/** The frame inside of a VXLAN packet, or the packet inside of an IP tunnel's (which has no addresses of a link). */
export interface TunnelPayload {
  /** `program`: a datagram of a program that reads and writes a device; {@link key} is the name of its model. */
  readonly tunnel?: 'ipip' | 'gre' | 'sit' | 'wireguard' | 'program';
  /** GRE's key; of WireGuard the sender's public one. */
  readonly key?: string | undefined;
  /** WireGuard: the public key of the peer that it is for. */
  readonly peer?: string;
  readonly vni: number;
  readonly packet: Packet;
  /** The inner frame's destination address, and what it was taken from: a neighbour entry, mostly. */
  readonly mac: string;
  readonly macFrom: { readonly host: string; readonly namespace: string; readonly evidence: readonly Source[] };
}

/** What a tunnel's packet carries, through all tunnels. */
export function innermost(packet: Packet): Packet {
  return packet.inner === undefined ? packet : innermost(packet.inner.packet);
}

/** The five values that connection tracking, sockets and a Service tell flows apart by. */
export interface Tuple {
  readonly src: Ip;
  readonly dst: Ip;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
}

export function tupleOf(p: Tuple): Tuple {
  return { src: p.src, dst: p.dst, protocol: p.protocol, sport: p.sport, dport: p.dport };
}

export function reversed(t: Tuple): Tuple {
  return { src: t.dst, dst: t.src, protocol: t.protocol, sport: t.dport, dport: t.sport };
}

export function sameTuple(a: Tuple, b: Tuple): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport && a.protocol === b.protocol;
}
