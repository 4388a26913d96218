import { type Ip, familyOf, formatIp, isLoopback } from '../address/ip.ts';
import { missingTopic, ownerOf } from '../namespace/lookup.ts';
import type { Socket } from '../namespace/socket.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP, protocolName } from '../packet/protocol.ts';
import { leaveTunnel } from './devices/tunnel.ts';
import { decrypt } from './devices/wireguard.ts';
import { outOfProgram } from './program-tunnel.ts';
import { decapsulate } from './vxlan.ts';
import { KERNEL, answerByReset, refuseByIcmp } from './refuse.ts';
import { runHook } from './run-hook.ts';
import { type Outcome, type Skb, type Walk, dropped, finding } from './walk.ts';

/** A packet for this namespace: INPUT, then the tunnel or the socket that it is for (linux: `ip_local_deliver`). */
export function localIn(walk: Walk, skb: Skb): Outcome {
  const input = runHook(walk, skb, 'input', { oif: '' });
  return input.kind === 'stop' ? input.outcome : deliver(walk, input.skb);
}

function deliver(walk: Walk, skb: Skb): Outcome {
  const { packet, place } = skb;
  if (packet.inner !== undefined) {
    const { tunnel } = packet.inner;
    if (tunnel === 'program') return listener(walk, skb) === undefined ? noSocket(walk, skb) : outOfProgram(walk, skb, packet.inner);
    if (tunnel === 'wireguard') return decrypt(walk, skb, packet.inner);
    return tunnel === undefined ? decapsulate(walk, skb, packet.inner) : leaveTunnel(walk, skb, { ...packet.inner, tunnel });
  }
  // An error, or an answer to what was sent from here: the one who asked is there.
  if (packet.quoted !== undefined || isAnswer(skb)) return serve(walk, skb, packet.dst, []);
  switch (packet.protocol) {
    case ICMP:
    case ICMPV6:
      return serve(walk, skb, packet.dst, []);
    case TCP:
    case UDP:
      return toSocket(walk, skb);
    case SCTP:
      return walk.chooser.unknown('SCTP sockets are in no dump', [], ['listens', 'does not']) === 'listens'
        ? serve(walk, skb, packet.dst, [])
        : noSocket(walk, skb);
    default:
      return refuseByIcmp(
        walk,
        skb,
        'protocol-unreachable',
        finding(place, 'SOCKET_NOT_LISTENING', [], { port: '', protocol: protocolName(packet.protocol), address: formatIp(packet.dst) }),
      );
  }
}

function isAnswer(skb: Skb): boolean {
  const { packet } = skb;
  return packet.protocol === TCP ? (packet.tcpFlags & 0x16) !== 0x02 && packet.tcpFlags !== 0 : packet.answer === true;
}

function serve(walk: Walk, skb: Skb, socketAddress: Ip | 'any', evidence: readonly Socket[]): Outcome {
  walk.step({ kind: 'deliver', socket: evidence.length > 0, evidence: evidence.map((socket) => socket.source) });
  const { packet, place } = skb;
  // The kernel itself answers an echo.
  const owner = packet.protocol === ICMP || packet.protocol === ICMPV6 ? KERNEL : { uid: evidence[0]?.uid, device: evidence[0]?.device };
  return { kind: 'served', place, packet, socketAddress, owner };
}

function toSocket(walk: Walk, skb: Skb): Outcome {
  const socket = listener(walk, skb);
  if (socket === undefined) return noSocket(walk, skb);
  return socket === 'unread' ? serve(walk, skb, skb.packet.dst, []) : serve(walk, skb, socket.local, [socket]);
}

/** Who takes it; `unread`: somebody, on a way on which one of the sockets that were not read does. */
function listener(walk: Walk, skb: Skb): Socket | 'unread' | undefined {
  const why = missingTopic(skb.place.namespace, 'sockets');
  if (why === undefined) return findSocket(skb);
  return walk.chooser.unknown(`sockets were not read: ${why}`, [], [true, false]) ? 'unread' : undefined;
}

/** The best of the sockets that take the packet: a connected one, then the more exactly bound (linux: `inet_lookup_listener`, `compute_score`). */
function findSocket(skb: Skb): Socket | undefined {
  let best: Socket | undefined;
  let bestScore = -1;
  for (const socket of skb.place.namespace.sockets) {
    const score = scoreOf(socket, skb);
    if (score > bestScore) {
      best = socket;
      bestScore = score;
    }
  }
  return best;
}

function scoreOf(socket: Socket, skb: Skb): number {
  const { packet } = skb;
  if (socket.protocol !== packet.protocol || socket.localPort !== packet.dport) return -1;
  if (socket.state === 'connected') {
    if (socket.local !== packet.dst || socket.peer !== packet.src || socket.peerPort !== packet.sport) return -1;
    return 8;
  }
  const version = familyOf(packet.dst);
  if (socket.local === 'any' ? version !== socket.family && !(version === 4 && !socket.v6only) : socket.local !== packet.dst) return -1;
  if (socket.device !== undefined && socket.device !== arrivedOn(skb)) return -1;
  return (socket.local === 'any' ? 0 : 4) + (socket.device === undefined ? 0 : 2) + (socket.family === version ? 1 : 0);
}

/** For local traffic a bound socket compares with the device that owns the address, although netfilter shows lo. */
function arrivedOn(skb: Skb): string {
  return skb.iif === 'lo' && !isLoopback(skb.packet.dst) ? (ownerOf(skb.place.namespace, skb.packet.dst)?.link.name ?? 'lo') : skb.iif;
}

/** The connection is let go before the error is made (linux: `nf_reset_ct` in `udp_queue_rcv_skb`). */
function noSocket(walk: Walk, skb: Skb): Outcome {
  const { place, packet } = skb;
  const others = place.namespace.sockets.filter(
    (socket) => socket.protocol === packet.protocol && socket.localPort === packet.dport && socket.state !== 'connected',
  );
  const details = {
    address: formatIp(packet.dst),
    port: String(packet.dport),
    protocol: protocolName(packet.protocol),
    bound: others.map((socket) => (socket.local === 'any' ? '*' : formatIp(socket.local))).join(', '),
  };
  const found = finding(
    place,
    'SOCKET_NOT_LISTENING',
    others.map((socket) => socket.source),
    details,
  );
  if (skb.decision?.kind === 'broadcast') return dropped(place, 'SOCKET_NOT_LISTENING', found.evidence, details);
  return packet.protocol === TCP
    ? answerByReset(skb, found)
    : refuseByIcmp(walk, { ...skb, tracking: undefined }, 'port-unreachable', found);
}
