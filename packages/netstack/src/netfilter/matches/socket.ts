import { familyOf } from '../../address/ip.ts';
import { missingTopic } from '../../namespace/lookup.ts';
import type { NetworkNamespace } from '../../namespace/namespace.ts';
import type { Socket } from '../../namespace/socket.ts';
import { type Packet, TcpFlag } from '../../packet/packet.ts';
import { TCP, UDP } from '../../packet/protocol.ts';
import { addressType } from '../address-type.ts';
import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

function takes(socket: Socket, packet: Packet, wildcard: boolean): boolean {
  if (socket.protocol !== packet.protocol || socket.localPort !== packet.dport) return false;
  if (socket.state === 'connected' && (socket.peer !== packet.src || socket.peerPort !== packet.sport)) return false;
  if (socket.local !== 'any') return socket.local === packet.dst;
  const family = familyOf(packet.dst);
  return wildcard && (socket.family === family || (family === 4 && !socket.v6only));
}

/** The sockets that a packet could be given to; those of the wildcard address only where they count. */
export function socketsFor(namespace: NetworkNamespace, packet: Packet, wildcard: boolean): readonly Socket[] {
  return namespace.sockets.filter((socket) => takes(socket, packet, wildcard));
}

/** A program's, or a kernel's reset. */
function isAnswer({ answer, protocol, tcpFlags }: Packet): boolean {
  return answer === true || (protocol === TCP && (tcpFlags & TcpFlag.RST) !== 0);
}

/** Has the packet a socket here? A listener on the wildcard address does not count, unless `--nowildcard` (linux: `xt_socket.c`). */
export const socket: MatchReader = {
  options: { '--transparent': 0, '--nowildcard': 0, '--restore-skmark': 0 },
  read: (options) => {
    if (options.anyNegated || options.has('--restore-skmark')) return undefined;
    return ({ namespace, packet }) => {
      if (packet.protocol !== TCP && packet.protocol !== UDP)
        return packet.quoted === undefined ? false : unknown('socket for an ICMP error');
      if (missingTopic(namespace, 'sockets') !== undefined) return unknown('socket without a list of sockets');
      const found = socketsFor(namespace, packet, options.has('--nowildcard'));
      // The socket that asked is there, though no dump has it.
      if (found.length === 0)
        return isAnswer(packet) && addressType(namespace, packet.dst) === 'LOCAL' ? unknown('socket of the asker') : false;
      return options.has('--transparent') ? unknown('socket --transparent') : true;
    };
  },
};
