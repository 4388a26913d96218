import { type Packet, formatIp, parseIp, parseProtocol, protocolName } from '@skoop/netstack';
import type { Packet as PlainPacket } from '../contracts/packet.ts';

/** The model's packet as reports and plugins see it. */
export function plainPacket(packet: Packet): PlainPacket {
  return {
    src: formatIp(packet.src),
    sport: packet.sport,
    dst: formatIp(packet.dst),
    dport: packet.dport,
    protocol: protocolName(packet.protocol),
    ...(packet.mark === 0 ? {} : { mark: packet.mark }),
    ...(packet.inner === undefined ? {} : { encap: plainPacket(packet.inner.packet) }),
  };
}

/** The five values of a plugin's packet, for the model; `undefined` where they are no packet. */
export function tupleOfPlain(
  packet: PlainPacket,
): { src: Packet['src']; dst: Packet['dst']; protocol: number; sport: number; dport: number } | undefined {
  const src = parseIp(packet.src);
  const dst = parseIp(packet.dst);
  const protocol = parseProtocol(packet.protocol);
  return src === undefined || dst === undefined || protocol === undefined || typeof src !== typeof dst
    ? undefined
    : { src, dst, protocol, sport: packet.sport, dport: packet.dport };
}

/** `tcp 10.0.0.1:40000 > 10.0.0.2:80`. */
export function sayPacket(packet: PlainPacket): string {
  const end = (ip: string, port: number): string =>
    packet.protocol.includes('icmp') ? ip : ip.includes(':') ? `[${ip}]:${String(port)}` : `${ip}:${String(port)}`;
  return `${packet.protocol} ${end(packet.src, packet.sport)} > ${end(packet.dst, packet.dport)}`;
}
