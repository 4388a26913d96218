import { Protocol, familyOf, formatIp, hasPorts, type Ip, protocolName } from '@skoop/netstack';
import type { Flow } from '../judge/flow.ts';

/** `tcp 10.0.0.1 → 10.0.0.2:80`. */
export function spokenFlow({ src, dst, protocol, dport }: Flow): string {
  const target = hasPorts(protocol)
    ? familyOf(dst) === 6
      ? `[${formatIp(dst)}]:${String(dport)}`
      : `${formatIp(dst)}:${String(dport)}`
    : formatIp(dst);
  return `${protocolName(protocol)} ${formatIp(src)} → ${target}`;
}

/** `10.0.0.1/32`. */
export function hostCidr(ip: Ip): string {
  return `${formatIp(ip)}/${familyOf(ip) === 4 ? '32' : '128'}`;
}

/** As a rule of a security group names a protocol; what has no name there can be let through by ALL alone. */
export function ruleProtocol(protocol: number): string {
  switch (protocol) {
    case Protocol.TCP:
      return 'TCP';
    case Protocol.UDP:
      return 'UDP';
    case Protocol.ICMP:
      return 'ICMP';
    case Protocol.ICMPV6:
      return 'ICMPv6';
    case Protocol.GRE:
      return 'GRE';
    default:
      return 'ALL';
  }
}

/** As a rule names ports: `-1/-1` is all. */
export function rulePorts(protocol: number, port: number): string {
  return protocol === Protocol.TCP || protocol === Protocol.UDP ? `${String(port)}/${String(port)}` : '-1/-1';
}
