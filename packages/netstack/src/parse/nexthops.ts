import type { Nexthop } from '../namespace/route.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Fields, has, integer, ip, object, objects, text, texts } from './fields.ts';
import { readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';

/** One next hop, or why it can't be used as one. */
export type ReadNexthop = { readonly nexthop: Nexthop } | { readonly unsupported: string };

/** The next hop of a route, of an element of its `nexthops`, or of a next hop object. */
export function readNexthop(fields: Fields): ReadNexthop {
  if (has(fields, 'encap')) return { unsupported: `encap ${encapType(fields) ?? ''}`.trim() };
  const via = object(fields, 'via');
  const gateway = ip(fields, 'gateway') ?? (via === undefined ? undefined : ip(via, 'host'));
  if (gateway === undefined && (has(fields, 'gateway') || has(fields, 'via'))) return { unsupported: 'a gateway that is no IP address' };
  const flags = texts(fields, 'flags');
  return {
    nexthop: {
      via: gateway,
      dev: text(fields, 'dev'),
      weight: integer(fields, 'weight') ?? 1,
      onlink: flags.includes('onlink'),
      dead: flags.includes('dead'),
      linkdown: flags.includes('linkdown'),
    },
  };
}

/** A word, with the details beside it; iproute2 6.15 prints an object. */
function encapType(fields: Fields): string | undefined {
  const details = object(fields, 'encap');
  return details === undefined ? text(fields, 'encap') : text(details, 'encap_type');
}

/** A next hop object: what a route with its `nhid` sends to. */
export interface NexthopObject {
  readonly fields: Fields;
  readonly group: readonly { readonly id: number; readonly weight: number }[];
}

/** `ip -j -d nexthop`: by id. */
export function parseNexthops(dump: NamespaceDump): Parsed<ReadonlyMap<number, NexthopObject>> {
  const items = readItems(dump, 'ip-nexthop', 'nexthops');
  const gaps = [...items.gaps];
  const value = new Map<number, NexthopObject>();
  for (const item of items.value) {
    const id = integer(item.fields, 'id');
    if (id === undefined) {
      gaps.push(unreadableItem('nexthops', item, 'a next hop without an id'));
      continue;
    }
    const group = objects(item.fields, 'group').map((member) => ({
      id: integer(member, 'id') ?? 0,
      weight: integer(member, 'weight') ?? 1,
    }));
    value.set(id, { fields: item.fields, group });
  }
  return { value, gaps };
}

/** The next hops that an id stands for. Groups hold no groups. */
export function resolveNexthop(id: number, all: ReadonlyMap<number, NexthopObject>): readonly ReadNexthop[] {
  const found = all.get(id);
  if (found === undefined) return [{ unsupported: `next hop object ${String(id)}, which is not in the dump` }];
  if (found.group.length === 0) return [readNexthop(found.fields)];
  return found.group.map((member): ReadNexthop => {
    const inner = all.get(member.id);
    if (inner === undefined) return { unsupported: `next hop object ${String(member.id)}, which is not in the dump` };
    const hop = readNexthop(inner.fields);
    return 'unsupported' in hop ? hop : { nexthop: { ...hop.nexthop, weight: member.weight } };
  });
}
