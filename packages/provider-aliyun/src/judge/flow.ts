import type { Packet } from '@skoop/core';
import { type Family, type Ip, familyOf, parseIp, parseProtocol } from '@skoop/netstack';

/** What the cloud sees of a packet: the outer one of a tunnel. */
export interface Flow {
  readonly src: Ip;
  readonly dst: Ip;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
}

/** `undefined`: these are no addresses, or not of one family. */
export function flowOf(packet: Packet): Flow | undefined {
  const src = parseIp(packet.src);
  const dst = parseIp(packet.dst);
  // Core names ICMP by the question's word, whatever the family.
  const named = packet.protocol === 'icmp' && src !== undefined && familyOf(src) === 6 ? 'icmpv6' : packet.protocol;
  const protocol = parseProtocol(named);
  if (src === undefined || dst === undefined || protocol === undefined || familyOf(src) !== familyOf(dst)) return undefined;
  return { src, dst, protocol, sport: packet.sport, dport: packet.dport };
}

export function familyOfFlow({ src }: Flow): Family {
  return familyOf(src);
}

/** The answer's. */
export function reversedFlow({ src, dst, protocol, sport, dport }: Flow): Flow {
  return { src: dst, dst: src, protocol, sport: dport, dport: sport };
}

/**
 * Does a stateful thing know this packet as the answer to one that it let through? A tunnel's way back is no answer to its way there where each
 * side sends from ports of its own to a fixed one (VXLAN, Geneve): it is a conversation of its own. IP-in-IP has no ports, WireGuard the same twice.
 */
export function isAnswer(direction: 'forward' | 'reply', { encap, sport, dport }: Packet): boolean {
  return direction === 'reply' && (encap === undefined || sport === dport);
}
