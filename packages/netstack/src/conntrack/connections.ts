import type { TrackedConnection, Tracking, Zone } from '../netfilter/model.ts';
import { ICMP, ICMPV6, TCP } from '../packet/protocol.ts';
import { type Packet, TcpFlag, type Tuple, reversed, sameTuple, tupleOf } from '../packet/packet.ts';

/** An entry made on the way, and which of its two translations are settled (a null binding settles one, too). */
export interface Connection extends TrackedConnection {
  readonly zone: Zone;
  readonly sourceSettled: boolean;
  readonly destinationSettled: boolean;
}

const NO_ZONE: Zone = { original: 0, reply: 0 };

/**
 * The connection tracking of every namespace that a walk passes. It lives as long as the walk: the reply finds the entries that the
 * forward packet left.
 */
export class Connections {
  readonly #byNamespace = new Map<string, Connection[]>();

  /** What tracking says of a packet on its way into a namespace (linux: `nf_conntrack_in`); a new flow gets an entry. */
  track(namespace: string, packet: Packet, zone: Zone = NO_ZONE): Tracking {
    const entries = this.#entries(namespace);
    if (packet.quoted !== undefined) return relatedTo(entries, packet.quoted, zone);
    for (const entry of entries) {
      if (entry.zone.original === zone.original && sameTuple(entry.original, packet))
        return { state: entry.replied ? 'ESTABLISHED' : 'NEW', entry, direction: 'original' };
      if (entry.zone.reply === zone.reply && sameTuple(entry.reply, packet)) {
        const replied = this.replace(namespace, entry, { ...entry, replied: true });
        return { state: 'ESTABLISHED', entry: replied, direction: 'reply' };
      }
    }
    if (!opens(packet)) return { state: 'INVALID', entry: undefined, direction: 'original' };
    const original = tupleOf(packet);
    const entry: Connection = {
      zone,
      original,
      reply: replyTuple(packet),
      mark: 0,
      dnat: false,
      snat: false,
      replied: false,
      sourceSettled: false,
      destinationSettled: false,
    };
    entries.push(entry);
    return { state: 'NEW', entry, direction: 'original' };
  }

  replace(namespace: string, old: TrackedConnection, entry: Connection): Connection {
    const entries = this.#entries(namespace);
    const at = entries.indexOf(old as Connection);
    if (at >= 0) entries[at] = entry;
    return entry;
  }

  #entries(namespace: string): Connection[] {
    let entries = this.#byNamespace.get(namespace);
    if (entries === undefined) {
      entries = [];
      this.#byNamespace.set(namespace, entries);
    }
    return entries;
  }
}

/** An echo keeps its identifier, where ports change places. */
export function replyTuple(t: Tuple): Tuple {
  const isEcho = t.protocol === ICMP || t.protocol === ICMPV6;
  return isEcho ? { ...reversed(t), sport: t.sport, dport: t.dport } : reversed(t);
}

function relatedTo(entries: readonly Connection[], quoted: Packet, zone: Zone): Tracking {
  for (const entry of entries) {
    if (entry.zone.original !== zone.original || entry.zone.reply !== zone.reply) continue;
    if (sameTuple(reversed(entry.reply), quoted) || sameTuple(entry.original, quoted))
      return { state: 'RELATED', entry, direction: 'reply' };
    if (sameTuple(entry.reply, quoted)) return { state: 'RELATED', entry, direction: 'original' };
  }
  return { state: 'INVALID', entry: undefined, direction: 'original' };
}

/** May this packet begin a connection? A TCP segment in the middle may (`nf_conntrack_tcp_loose`), an answer may not. */
function opens(packet: Packet): boolean {
  if (packet.protocol === TCP) {
    const flags = packet.tcpFlags;
    if ((flags & TcpFlag.RST) !== 0 || flags === 0) return false;
    if ((flags & TcpFlag.SYN) !== 0) return (flags & TcpFlag.ACK) === 0;
    return (flags & TcpFlag.FIN) === 0 && (flags & TcpFlag.ACK) !== 0;
  }
  if (packet.protocol === ICMP) return packet.icmp !== undefined && [8, 13, 15, 17].includes(packet.icmp.type);
  if (packet.protocol === ICMPV6) return packet.icmp !== undefined && packet.icmp.type === 128;
  return true;
}
