import { type Ip, familyOf, isMulticast } from '../address/ip.ts';
import { ownerOf } from '../namespace/lookup.ts';
import type { Chain, Hook, RejectWith, SocketOwner, Table, Tracking } from '../netfilter/model.ts';
import { ICMP, ICMPV6, TCP } from '../packet/protocol.ts';
import { type Packet, TcpFlag, newPacket } from '../packet/packet.ts';
import { sourceAddress6 } from '../routing/source-address.ts';
import type { Source } from '../source.ts';
import type { Finding } from './finding.ts';
import { type Outcome, type Outgoing, type Skb, type Walk, finding } from './walk.ts';

/** Why a kernel will not carry a packet on, in its own words for both kinds of senders. */
export type Refusal =
  | 'net-unreachable'
  | 'host-unreachable'
  | 'prohibited'
  | 'port-unreachable'
  | 'protocol-unreachable'
  | 'too-big'
  | 'ttl-exceeded'
  | 'silent';

const ICMP4: Readonly<Record<Exclude<Refusal, 'silent'>, readonly [type: number, code: number]>> = {
  'net-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'protocol-unreachable': [3, 2],
  'port-unreachable': [3, 3],
  'too-big': [3, 4],
  prohibited: [3, 13],
  'ttl-exceeded': [11, 0],
};
const ICMP6: typeof ICMP4 = {
  'net-unreachable': [1, 0],
  'host-unreachable': [1, 3],
  'protocol-unreachable': [4, 1],
  'port-unreachable': [1, 4],
  'too-big': [2, 0],
  prohibited: [1, 1],
  'ttl-exceeded': [3, 0],
};

/**
 * A packet from elsewhere can't go on: the sender is told by ICMP, unless it is a packet that no error may answer.
 * A tunnel's outer packet is no business of the inner sender: it hears nothing.
 */
export function refuseByIcmp(walk: Walk, skb: Skb, refusal: Exclude<Refusal, 'silent'>, found: Finding): Outcome {
  const version = familyOf(skb.packet.dst);
  const [type, code] = (version === 4 ? ICMP4 : ICMP6)[refusal];
  return answerByIcmp(walk, skb, type, code, found);
}

function answerByIcmp(_walk: Walk, skb: Skb, type: number, code: number, found: Finding): Outcome {
  const { packet, place } = skb;
  if (!mayBeAnswered(packet)) return { kind: 'dropped', finding: found };
  const version = familyOf(packet.dst);
  const answer = newPacket<Outgoing>({
    src: sourceOfError(skb),
    dst: packet.src,
    protocol: version === 4 ? ICMP : ICMPV6,
    sport: 0,
    dport: 0,
    icmp: { type, code },
    tcpFlags: 0,
    ttl: 64,
    // As much of the packet as goes into 576 bytes, or 1280 (linux: `__icmp_send`, `icmp6_send`).
    length: version === 4 ? Math.min(576, packet.length + 28) : Math.min(1280, packet.length + 48),
    df: false,
    // linux: `icmp_send` keeps the question's TOS bits and adds the precedence of internetwork control; `icmp6_send` has no class.
    tos: version === 4 ? (packet.tos & 0x1e) | 0xc0 : 0,
    mark: 0,
    quoted: packet,
  });
  const error = `${version === 4 ? 'icmp' : 'icmpv6'}-${String(type)}/${String(code)}`;
  return { kind: 'refused', finding: found, error, place, answer, attached: attachedTo(skb) };
}

/**
 * Whoever was asked answers by that address, IPv6 only if it has it itself. Whoever is on the way: in IPv4 by the one that leads back, in
 * IPv6 by the best one for the sender on the device that the packet came by, before it asks for a route.
 */
function sourceOfError({ packet, place, decision, iif }: Skb): Ip | undefined {
  const { src, dst } = packet;
  if (decision?.kind === 'local' && (typeof dst === 'number' || ownerOf(place.namespace, dst) !== undefined)) return dst;
  return typeof src === 'bigint' && iif !== '' ? sourceAddress6(place.namespace, iif, src) : undefined;
}

/** The kernel's word about a packet is part of its connection, confirmed or not, in whatever zone; of none where that has none. */
function attachedTo({ tracking }: Skb): Tracking | undefined {
  if (tracking?.entry === undefined) return undefined;
  return { state: 'RELATED', entry: tracking.entry, direction: tracking.direction === 'original' ? 'reply' : 'original' };
}

function mayBeAnswered(packet: Packet): boolean {
  if (packet.inner !== undefined || packet.quoted !== undefined) return false;
  return !isMulticast(packet.dst) && packet.dst !== 0xffffffff;
}

/** Whose socket sends what the kernel itself makes. */
export const KERNEL: SocketOwner = { uid: undefined, kernel: true };

/** The sender's own kernel refuses with an errno; an answer, or a packet of the kernel's own making, just ends. */
export function refuseByErrno(skb: Skb, errno: string, found: Finding): Outcome {
  if (skb.socket?.uid === undefined || skb.packet.answer === true) return { kind: 'dropped', finding: found };
  return { kind: 'refused', finding: found, error: `errno-${errno}`, place: skb.place, answer: undefined };
}

/**
 * Is the sender told what became of its packet once it had a route? A handshake is tried again in silence, and whoever asks for an IPv6 echo
 * is not told (linux: `ping_v6_sendmsg`).
 */
export function hearsFromOutput({ protocol }: Packet): boolean {
  return protocol !== TCP && protocol !== ICMPV6;
}

/**
 * The sender's own kernel refuses by an ICMP error to itself: it passes OUTPUT and loopback like any packet, and the program gets the errno
 * (linux: `ipv4_link_failure`).
 */
export function refuseOwnByIcmp(walk: Walk, skb: Skb, refusal: Exclude<Refusal, 'silent'>, errno: string, found: Finding): Outcome {
  if (skb.socket?.uid === undefined || skb.packet.answer === true) return { kind: 'dropped', finding: found };
  // The error comes by loopback, where a socket that is bound to a device does not hear it.
  if (skb.socket.device !== undefined) return { kind: 'dropped', finding: found };
  const outcome = refuseByIcmp(walk, skb, refusal, found);
  return outcome.kind === 'refused' ? { ...outcome, error: `errno-${errno}` } : outcome;
}

/** No socket: a reset for TCP (RFC 9293, 3.10.7.1). */
export function answerByReset(skb: Skb, found: Finding, attached?: Tracking): Outcome {
  const { packet, place } = skb;
  if (packet.inner !== undefined || (packet.tcpFlags & TcpFlag.RST) !== 0) return { kind: 'dropped', finding: found };
  const answer = newPacket<Packet>({
    src: packet.dst,
    dst: packet.src,
    protocol: TCP,
    sport: packet.dport,
    dport: packet.sport,
    tcpFlags: TcpFlag.RST | TcpFlag.ACK,
    ttl: 64,
    length: 40,
    df: true,
    tos: 0,
    mark: 0,
  });
  return { kind: 'refused', finding: found, error: 'tcp-reset', place, answer, attached };
}

/** The target REJECT. In output the sender is here: a datagram fails with EPERM, a connection as the ICMP would have it. */
export function refusedByRule(
  walk: Walk,
  skb: Skb,
  hook: Hook,
  table: Table,
  chain: Chain,
  evidence: readonly Source[],
  how: RejectWith,
): Outcome {
  const found = finding(skb.place, 'NETFILTER_REJECT', evidence.slice(-1), {
    hook,
    table: table.name,
    chain: chain.name,
    backend: table.backend,
  });
  if (hook === 'output' && how.kind === 'icmp') return refuseByErrno(skb, skb.packet.protocol === TCP ? connectErrno(how) : 'EPERM', found);
  if (how.kind === 'tcp-reset') return answerByReset(skb, found, attachedTo(skb));
  return answerByIcmp(walk, skb, how.type, how.code, found);
}

function connectErrno(how: Extract<RejectWith, { kind: 'icmp' }>): string {
  if (how.type !== 3) return how.code === 4 ? 'ECONNREFUSED' : how.code === 0 ? 'ENETUNREACH' : 'EACCES';
  switch (how.code) {
    case 0:
    case 9:
      return 'ENETUNREACH';
    case 2:
      return 'ENOPROTOOPT';
    case 3:
      return 'ECONNREFUSED';
    default:
      return 'EHOSTUNREACH';
  }
}
