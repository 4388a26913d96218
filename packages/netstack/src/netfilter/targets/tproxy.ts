import { familyOf, parseIp } from '../../address/ip.ts';
import { linkByName, missingTopic } from '../../namespace/lookup.ts';
import type { Socket } from '../../namespace/socket.ts';
import { TCP, UDP } from '../../packet/protocol.ts';
import type { MatchContext } from '../model.ts';
import type { TargetReader } from '../parse/option.ts';
import { readMasked, readNumber } from '../parse/values.ts';

/**
 * Hands the packet to a transparent socket that is not bound to its destination (linux: `xt_TPROXY.c`). Without a socket that could be
 * the one it is dropped. Whether a socket is transparent is in no dump, so one that could be it is unknown.
 */
export const tproxy: TargetReader = {
  options: { '--on-port': 1, '--on-ip': 1, '--tproxy-mark': 1 },
  read: (options, family) => {
    const port = readNumber(options.value('--on-port'), 0xffff);
    const onIp = options.value('--on-ip');
    const address = onIp === undefined ? undefined : parseIp(onIp);
    if (port === undefined || options.anyNegated || readMasked(options.value('--tproxy-mark') ?? '0/0') === undefined) return undefined;
    if (onIp !== undefined && (address === undefined || familyOf(address) !== family)) return undefined;
    return (context) => {
      const { namespace, packet } = context;
      if (packet.protocol !== TCP && packet.protocol !== UDP) return { kind: 'drop' };
      const why = missingTopic(namespace, 'sockets');
      if (why !== undefined) return { kind: 'unknown', construct: `TPROXY: ${why}` };
      const own = address === undefined || address === 0 || address === 0n ? ownAddresses(context) : [address];
      const listens = (socket: Socket) =>
        socket.localPort === (port === 0 ? packet.dport : port) && (socket.local === 'any' || own.includes(socket.local));
      const fits = namespace.sockets.some(
        (socket) => socket.protocol === packet.protocol && (socket.state === 'connected' ? isPeer(socket, packet) : listens(socket)),
      );
      return fits ? { kind: 'unknown', construct: 'TPROXY to a socket that may be transparent' } : { kind: 'drop' };
    };
  },
};

function isPeer(socket: Socket, packet: MatchContext['packet']): boolean {
  return socket.local === packet.dst && socket.localPort === packet.dport && socket.peer === packet.src && socket.peerPort === packet.sport;
}

function ownAddresses({ namespace, iif, packet }: MatchContext): readonly unknown[] {
  const family = familyOf(packet.dst);
  return (linkByName(namespace, iif)?.addresses ?? []).map((address) => address.ip).filter((ip) => familyOf(ip) === family);
}
