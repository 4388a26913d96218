import type { ConntrackEntry, NetworkNamespace } from '../namespace/namespace.ts';
import type { TrackedConnection, Tracking, Zone } from '../netfilter/model.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import { ICMP, ICMPV6, TCP } from '../packet/protocol.ts';
import { type Packet, TcpFlag, type Tuple, reversed, sameTuple, tupleOf } from '../packet/packet.ts';
import type { Source } from '../source.ts';
import { dumpedFrom, dumpedWith } from './dumped.ts';

/** An entry made on the way, and which of its two translations are settled (a null binding settles one, too). */
export interface Connection extends TrackedConnection {
  readonly zone: Zone;
  readonly sourceSettled: boolean;
  readonly destinationSettled: boolean;
  /** Its line, where it was in the table before: no rule has a say in its translation any more. */
  readonly source?: Source | undefined;
  /** Its packets pass the chains by. */
  readonly offloaded?: boolean | undefined;
  /** The side that answers can't begin it (linux: `tcp_conntracks`, a SYN in the reply direction). */
  readonly refusesAnswer?: boolean | undefined;
}

/** Of one shape, so that copies of it are made fast. */
function newConnection(fields: Connection): Connection {
  const { zone, original, reply, mark, dnat, snat, replied, assured, chosen, sourceSettled, destinationSettled } = fields;
  const { source, offloaded, refusesAnswer } = fields;
  return {
    zone,
    original,
    reply,
    mark,
    dnat,
    snat,
    replied,
    assured,
    chosen,
    sourceSettled,
    destinationSettled,
    source,
    offloaded,
    refusesAnswer,
  };
}

const NO_ZONE: Zone = { original: 0, reply: 0 };

type Table = Pick<NetworkNamespace, 'id' | 'conntrack'>;

/**
 * The connection tracking of every namespace that a walk passes. It lives as long as the walk: the reply finds the entries that the
 * forward packet left. The entries of the dumps count where `known` is given.
 */
export class Connections {
  readonly #byNamespace = new Map<string, Connection[]>();
  readonly #known: Chooser | undefined;
  /** Dumped entries that the walk has taken over, or whose connection has begun anew. */
  readonly #gone = new Set<ConntrackEntry>();

  constructor(known?: Chooser) {
    this.#known = known;
  }

  /** What tracking says of a packet on its way into a namespace (linux: `nf_conntrack_in`); a new flow gets an entry. */
  track(table: Table, packet: Packet, zone: Zone = NO_ZONE): Tracking {
    if (isNeighbourDiscovery(packet)) return { state: 'UNTRACKED', entry: undefined, direction: 'original' };
    this.#adopt(table, packet, zone);
    const entries = this.#entries(table);
    if (packet.quoted !== undefined) return relatedTo(entries, packet.quoted, zone);
    const asks = isRequest(packet);
    const answers = packet.icmp !== undefined && !asks;
    for (const entry of entries) {
      if (!answers && entry.zone.original === zone.original && sameTuple(entry.original, packet))
        return { state: entry.replied ? 'ESTABLISHED' : 'NEW', entry, direction: 'original' };
      if (!asks && entry.zone.reply === zone.reply && sameTuple(entry.reply, packet)) {
        if (entry.refusesAnswer === true && isOpening(packet)) return INVALID;
        const replied = this.replace(table.id, entry, { ...entry, replied: true });
        return { state: 'ESTABLISHED', entry: replied, direction: 'reply' };
      }
    }
    if (!opens(packet)) return INVALID;
    const entry = newConnection({
      zone,
      original: tupleOf(packet),
      reply: replyTuple(packet),
      mark: 0,
      dnat: false,
      snat: false,
      replied: false,
      chosen: packet.chosen,
      sourceSettled: false,
      destinationSettled: false,
    });
    entries.push(entry);
    return { state: 'NEW', entry, direction: 'original' };
  }

  replace(namespace: string, old: TrackedConnection, entry: Connection): Connection {
    const entries = this.#byNamespace.get(namespace) ?? [];
    const at = entries.indexOf(old as Connection);
    if (at >= 0) entries[at] = entry;
    return entry;
  }

  /** Has another connection that tuple in one of its directions (linux: `nf_conntrack_tuple_taken`)? */
  isTaken(table: Table, tuple: Tuple, by: Connection): boolean {
    const has = ({ original, reply, zone }: Pick<Connection, 'original' | 'reply' | 'zone'>) =>
      (zone.original === by.zone.original && sameTuple(original, tuple)) || (zone.reply === by.zone.reply && sameTuple(reply, tuple));
    if (this.#entries(table).some((entry) => entry !== by && has(entry))) return true;
    return this.#dumped(dumpedWith, table, tuple).some(has);
  }

  /** The sources that other connections from the same one were translated to (linux: `find_appropriate_src`). */
  sourcesOf(table: Table, { original, zone }: Connection): readonly Tuple[] {
    const entries: readonly Pick<Connection, 'original' | 'reply' | 'zone'>[] = [
      ...this.#entries(table).filter((entry) => entry.sourceSettled),
      ...this.#dumped(dumpedFrom, table, original),
    ];
    return entries
      .filter(
        ({ original: other, zone: { original: at } }) =>
          at === zone.original && other.src === original.src && other.sport === original.sport && other.protocol === original.protocol,
      )
      .map(({ reply }) => replyTuple(reply));
  }

  #dumped(look: typeof dumpedWith, table: Table, tuple: Tuple): readonly ConntrackEntry[] {
    return this.#known === undefined ? [] : look(table, tuple).filter((entry) => !this.#gone.has(entry));
  }

  /** Takes over the dumped entry that a packet belongs to, or, where the packet begins the connection anew, forgets it. */
  #adopt(table: Table, packet: Packet, zone: Zone): void {
    // The outer source port of a tunnel is a hash that is not computed: no entry can be its own.
    if (this.#known === undefined || packet.inner !== undefined) return;
    const { quoted } = packet;
    for (const tuple of quoted === undefined ? [packet] : [quoted, replyTuple(quoted)]) {
      for (const entry of this.#dumped(dumpedWith, table, tuple)) {
        const isOriginal = sameTuple(entry.original, tuple);
        if (!isOriginal && isRequest(packet)) continue;
        if (isOriginal ? entry.zone.original !== zone.original : entry.zone.reply !== zone.reply) continue;
        this.#gone.add(entry);
        if (quoted === undefined && isOpening(packet) && reopens(this.#known, entry, isOriginal)) continue;
        this.#entries(table).push(connectionOf(entry));
      }
    }
  }

  #entries({ id }: Table): Connection[] {
    let entries = this.#byNamespace.get(id);
    if (entries === undefined) {
      entries = [];
      this.#byNamespace.set(id, entries);
    }
    return entries;
  }
}

/** A SYN takes the place of a connection that has ended (linux: `nf_conntrack_tcp_packet`). */
function reopens(chooser: Chooser, { state, source }: ConntrackEntry, isOriginal: boolean): boolean {
  // Who sent the reset decides, and that is in no dump.
  if (state === 'CLOSE' && isOriginal) return chooser.unknown('a connection that a reset has ended', [source], [true, false]);
  return state === 'TIME_WAIT';
}

const INVALID: Tracking = { state: 'INVALID', entry: undefined, direction: 'original' };

function connectionOf({ original, reply, zone, mark, state, replied, assured, offloaded, source }: ConntrackEntry): Connection {
  const untranslated = replyTuple(original);
  return newConnection({
    zone,
    original,
    reply,
    mark,
    replied,
    assured,
    offloaded,
    refusesAnswer: state !== 'SYN_SENT' && state !== 'SYN_SENT2',
    source,
    snat: reply.dst !== untranslated.dst || reply.dport !== untranslated.dport,
    dnat: reply.src !== untranslated.src || reply.sport !== untranslated.sport,
    sourceSettled: true,
    destinationSettled: true,
  });
}

/** An echo and its answer have one tuple, but for their types. */
function isRequest({ protocol, icmp }: Packet): boolean {
  return icmp !== undefined && icmp.type === (protocol === ICMP ? 8 : 128);
}

/** Neighbour discovery and the groups of multicast (linux: `nf_conntrack_icmpv6_error`, `noct_valid_new`). */
function isNeighbourDiscovery({ protocol, icmp }: Packet): boolean {
  return protocol === ICMPV6 && icmp !== undefined && ((icmp.type >= 130 && icmp.type <= 136) || icmp.type === 143);
}

/** A connection's first segment. */
function isOpening({ protocol, tcpFlags }: Packet): boolean {
  return protocol === TCP && (tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN;
}

/** An echo keeps its identifier, where ports change places. */
export function replyTuple(t: Tuple): Tuple {
  const isEcho = t.protocol === ICMP || t.protocol === ICMPV6;
  return isEcho ? { ...reversed(t), sport: t.sport, dport: t.dport } : reversed(t);
}

/** Each direction of a connection is in a zone of its own. */
function relatedTo(entries: readonly Connection[], quoted: Packet, zone: Zone): Tracking {
  for (const entry of entries) {
    const answers = entry.zone.reply === zone.reply;
    const asks = entry.zone.original === zone.original;
    if ((answers && sameTuple(replyTuple(entry.reply), quoted)) || (asks && sameTuple(entry.original, quoted)))
      return { state: 'RELATED', entry, direction: 'reply' };
    if (asks && sameTuple(entry.reply, quoted)) return { state: 'RELATED', entry, direction: 'original' };
  }
  return INVALID;
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
