import type { FdbEntry } from '../namespace/neighbour.ts';
import type { Gap } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Fields, has, integer, ip, mac, text, texts } from './fields.ts';
import { type Item, readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';

/** `bridge -j -d fdb show`. */
export function parseFdb(dump: NamespaceDump): Parsed<readonly FdbEntry[]> {
  const items = readItems(dump, 'bridge-fdb', 'fdb');
  const gaps: Gap[] = [...items.gaps];
  const value: FdbEntry[] = [];
  for (const item of items.value) {
    const entry = readEntry(item);
    if (entry === undefined) gaps.push(unreadableItem('fdb', item, 'no forwarding entry that can be read'));
    else value.push(entry);
  }
  return { value, gaps };
}

function readEntry({ fields, source }: Item): FdbEntry | undefined {
  const address = mac(fields, 'mac');
  // Old versions call it `dev`.
  const dev = text(fields, 'ifname') ?? text(fields, 'dev');
  // A next hop group stands for several remote ends, which the entry does not name.
  if (address === undefined || dev === undefined || has(fields, 'nhid')) return undefined;
  if (has(fields, 'dst') && ip(fields, 'dst') === undefined) return undefined;
  const viaIndex = integer(fields, 'viaIf');
  return {
    mac: address,
    dev,
    master: texts(fields, 'flags').includes('self') ? undefined : text(fields, 'master'),
    state: readState(fields),
    vlan: integer(fields, 'vlan'),
    dst: ip(fields, 'dst'),
    port: integer(fields, 'port'),
    vni: integer(fields, 'vni'),
    via: viaIndex === undefined ? text(fields, 'viaIf') : `if${String(viaIndex)}`,
    source,
  };
}

/** A learned entry has an empty state (or `stale`, by age). */
function readState(fields: Fields): FdbEntry['state'] {
  const state = text(fields, 'state');
  return state === 'permanent' || state === 'static' ? state : 'dynamic';
}
