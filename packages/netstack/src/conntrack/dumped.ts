import type { ConntrackEntry, NetworkNamespace } from '../namespace/namespace.ts';
import type { Tuple } from '../packet/packet.ts';

interface Index {
  readonly byTuple: ReadonlyMap<string, readonly ConntrackEntry[]>;
  readonly bySource: ReadonlyMap<string, readonly ConntrackEntry[]>;
}

/** Pure memo: a namespace never changes. */
const indexes = new WeakMap<readonly ConntrackEntry[], Index>();

type Table = Pick<NetworkNamespace, 'conntrack'>;

/** The entries of a dumped table that have this tuple in one of their directions. */
export function dumpedWith(table: Table, tuple: Tuple): readonly ConntrackEntry[] {
  return table.conntrack.length === 0 ? [] : (indexOf(table).byTuple.get(tupleKey(tuple)) ?? []);
}

/** The entries of a dumped table that began with this source. */
export function dumpedFrom(table: Table, source: Tuple): readonly ConntrackEntry[] {
  return table.conntrack.length === 0 ? [] : (indexOf(table).bySource.get(sourceKey(source)) ?? []);
}

function indexOf({ conntrack }: Table): Index {
  let index = indexes.get(conntrack);
  if (index === undefined) {
    const byTuple = new Map<string, ConntrackEntry[]>();
    const bySource = new Map<string, ConntrackEntry[]>();
    for (const entry of conntrack) {
      add(byTuple, tupleKey(entry.original), entry);
      add(byTuple, tupleKey(entry.reply), entry);
      add(bySource, sourceKey(entry.original), entry);
    }
    indexes.set(conntrack, (index = { byTuple, bySource }));
  }
  return index;
}

function add(index: Map<string, ConntrackEntry[]>, key: string, entry: ConntrackEntry): void {
  const there = index.get(key);
  if (there === undefined) index.set(key, [entry]);
  else there.push(entry);
}

function tupleKey({ src, dst, protocol, sport, dport }: Tuple): string {
  return `${String(src)} ${String(sport)} ${String(dst)} ${String(dport)} ${String(protocol)}`;
}

function sourceKey({ src, protocol, sport }: Tuple): string {
  return `${String(src)} ${String(sport)} ${String(protocol)}`;
}
