import { type Family, familyOf } from '../address/ip.ts';
import { type Prefix, anyPrefix, parsePrefix } from '../address/prefix.ts';
import type { Nexthop, Route, RouteType } from '../namespace/route.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Fields, has, integer, ip, objects, text } from './fields.ts';
import { type Item, firstOfDuplicates, readItems, unreadableItem } from './json.ts';
import { type NexthopObject, type ReadNexthop, readNexthop, resolveNexthop } from './nexthops.ts';
import type { Parsed } from './read.ts';
import { readTos } from './tos.ts';

const TYPES: ReadonlySet<string> = new Set<RouteType>([
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
]);
const SCOPES: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['site', 200],
  ['link', 253],
  ['host', 254],
  ['nowhere', 255],
]);

/** Keys whose meaning is modelled, or which have none for a packet. Any other makes the route's use unknown. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    'type dst from gateway via dev table protocol scope prefsrc metric flags pref metrics nexthops nhid nh_info tos weight ' +
    'expires age used users lastuse error ipid cache uid flow hoplimit'
  ).split(' '),
);

/** `ip -4|-6 -j -d route show table all`. */
export function parseRoutes(
  dump: NamespaceDump,
  family: Family,
  objectsById: ReadonlyMap<number, NexthopObject>,
): Parsed<readonly Route[]> {
  const name = family === 4 ? 'ip-route-4' : 'ip-route-6';
  const items = readItems(dump, name, 'routes');
  const firstDst = items.value.some(({ fields }) => has(fields, 'encap')) ? firstOfDuplicates(dump, name, 'dst') : [];
  const gaps = [...items.gaps];
  const value: Route[] = [];
  for (const item of items.value) {
    const route = readRoute(item, firstDst[item.at] ?? text(item.fields, 'dst'), family, objectsById);
    if (route === undefined) gaps.push(unreadableItem('routes', item, "a route whose destination can't be read"));
    else value.push(route);
  }
  return { value, gaps };
}

function readRoute(
  item: Item,
  dst: string | undefined,
  family: Family,
  objectsById: ReadonlyMap<number, NexthopObject>,
): Route | undefined {
  const { fields, source } = item;
  const destination = readDestination(dst, family);
  if (destination === undefined) return undefined;
  // Without -d only types other than unicast are printed.
  const typeName = text(fields, 'type') ?? 'unicast';
  const type = isType(typeName) ? typeName : 'unknown';
  const scope = SCOPES.get(text(fields, 'scope') ?? 'global') ?? integer(fields, 'scope');
  const tos = readTos(fields);
  const metric = has(fields, 'metric') ? integer(fields, 'metric') : 0;
  const hops = readHops(fields, type, objectsById);
  const unsupported = [
    ...(type === 'unknown' ? [`type ${typeName}`] : []),
    ...(has(fields, 'from') ? [`from ${text(fields, 'from') ?? ''}`] : []),
    ...(scope === undefined ? ['scope'] : []),
    ...(tos === undefined ? ['tos'] : []),
    ...(metric === undefined ? ['metric'] : []),
    ...(has(fields, 'prefsrc') && ip(fields, 'prefsrc') === undefined ? ['prefsrc'] : []),
    ...hops.unsupported,
    // The details of an encap stand beside it, under names of their own.
    ...(has(fields, 'encap') ? [] : Object.keys(fields).filter((key) => !KNOWN.has(key))),
  ];
  return {
    family,
    table: text(fields, 'table') ?? 'main',
    type,
    destination,
    nexthops: hops.nexthops,
    byObject: has(fields, 'nhid'),
    metric: metric ?? 0,
    tos: tos ?? 0,
    prefsrc: ip(fields, 'prefsrc'),
    scope: scope ?? 0,
    mtu: readMtu(fields),
    protocol: text(fields, 'protocol') ?? 'boot',
    unsupported: unsupported.length === 0 ? undefined : unsupported.join(', '),
    source,
  };
}

function isType(name: string): name is RouteType {
  return TYPES.has(name);
}

function readDestination(dst: string | undefined, family: Family): Prefix | undefined {
  if (dst === 'default' || dst === 'all') return anyPrefix(family);
  const destination = dst === undefined ? undefined : parsePrefix(dst);
  return destination !== undefined && familyOf(destination.address) === family ? destination : undefined;
}

interface Hops {
  readonly nexthops: readonly Nexthop[];
  readonly unsupported: readonly string[];
}

function readHops(fields: Fields, type: RouteType, objectsById: ReadonlyMap<number, NexthopObject>): Hops {
  // IPv6 prints `dev lo` for these, and next hop objects that are blackholes print their id.
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw') return { nexthops: [], unsupported: [] };
  const found = findHops(fields, objectsById);
  const nexthops: Nexthop[] = [];
  const unsupported: string[] = [];
  for (const hop of found) {
    if ('unsupported' in hop) unsupported.push(hop.unsupported);
    else nexthops.push(hop.nexthop);
  }
  if (nexthops.length === 0 && unsupported.length === 0) unsupported.push('no next hop');
  return { nexthops, unsupported };
}

function findHops(fields: Fields, objectsById: ReadonlyMap<number, NexthopObject>): readonly ReadNexthop[] {
  const several = objects(fields, 'nexthops');
  if (several.length > 0) return several.map(readNexthop);
  if (['dev', 'gateway', 'via', 'encap'].some((key) => has(fields, key))) return [readNexthop(fields)];
  const id = integer(fields, 'nhid');
  return id === undefined ? [] : resolveNexthop(id, objectsById);
}

function readMtu(fields: Fields): number | undefined {
  for (const metrics of objects(fields, 'metrics')) {
    const mtu = integer(metrics, 'mtu');
    if (mtu !== undefined) return mtu;
  }
  return undefined;
}
