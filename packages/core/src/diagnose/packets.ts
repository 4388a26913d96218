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
