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

/**
 * The sockets that a packet could be given to; those of the wildcard address only where they count. A text: why nobody knows.
 */
export function socketsFor(namespace: NetworkNamespace | undefined, packet: Packet, wildcard: boolean): readonly Socket[] | string {
  // An error is looked up by the packet that it quotes (linux: `extract_icmp4_fields`).
  if (packet.protocol !== TCP && packet.protocol !== UDP) return packet.quoted === undefined ? [] : 'socket for an ICMP error';
  if (namespace === undefined || missingTopic(namespace, 'sockets') !== undefined) return 'socket without a list of sockets';
  const found = namespace.sockets.filter((socket) => takes(socket, packet, wildcard));
  // The socket that asked is there, though no dump has it.
  if (found.length === 0 && isAnswer(packet) && addressType(namespace, packet.dst) === 'LOCAL') return 'socket of the asker';
  return found;
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
      const found = socketsFor(namespace, packet, options.has('--nowildcard'));
      if (typeof found === 'string') return unknown(found);
      if (found.length === 0) return false;
      return options.has('--transparent') ? unknown('socket --transparent') : true;
    };
  },
};
