import type { Family, Ip } from '../address/ip.ts';
import { bitsOf, maskOf } from '../address/prefix.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Route } from '../namespace/route.ts';

/** One routing table, by prefix length and network: longest prefix first. */
interface Fib {
  /** Descending. */
  readonly lengths: readonly { readonly length: number; readonly mask: Ip; readonly byNetwork: ReadonlyMap<Ip, readonly Route[]> }[];
}

/** By name. */
type Tables = ReadonlyMap<string, Fib>;

const fibs = new WeakMap<NetworkNamespace, Readonly<Record<Family, Tables>>>();

function fib(ns: NetworkNamespace, family: Family, table: string): Fib | undefined {
  let tables = fibs.get(ns);
  if (tables === undefined) {
    tables = { 4: build(ns, 4), 6: build(ns, 6) };
    fibs.set(ns, tables);
  }
  return tables[family].get(table);
}

function build(ns: NetworkNamespace, family: Family): Tables {
  const grouped = new Map<string, Map<number, Map<Ip, Route[]>>>();
  const routes = ns.routes.filter((route) => route.family === family);
  const add = (name: string, route: Route): void => {
    const length = route.destination.length ?? bitsOf(family);
    const table = upsert(grouped, name, () => new Map<number, Map<Ip, Route[]>>());
    const networks = upsert(table, length, () => new Map<Ip, Route[]>());
    upsert(networks, route.destination.address, () => []).push(route);
  };
  for (const route of routes) add(route.table, route);
  // One trie, in which the longer prefix wins whichever table it is of, and table local comes first where they are equal.
  if (family === 4 && !hasCustomRules(ns)) for (const route of routes) if (route.table === 'main') add('local', route);
  const tables = new Map<string, Fib>();
  for (const [key, table] of grouped) {
    const lengths = [...table].sort(([a], [b]) => b - a);
    for (const [, networks] of lengths) for (const alike of networks.values()) alike.sort(byTosThenMetric);
    tables.set(key, { lengths: lengths.map(([length, byNetwork]) => ({ length, mask: maskOf(family, length), byNetwork })) });
  }
  return tables;
}

function upsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/**
 * Had the namespace ever a rule besides the three of its own? Until then IPv4's tables local and main are one (linux: `fib_unmerge`), and
 * the kernel remembers that they were parted; a dump only shows the rules that are there.
 */
export function hasCustomRules(ns: NetworkNamespace): boolean {
  const rules = ns.rules.filter((rule) => rule.family === 4);
  return rules.length !== 3 || rules.some(({ priority }) => priority !== 0 && priority !== 32766 && priority !== 32767);
}

/** A route with a TOS comes before one without; then the lower metric; then the order of the dump, which is that of the kernel. */
function byTosThenMetric(a: Route, b: Route): number {
  if (a.table !== b.table) return a.table === 'local' ? -1 : 1;
  return b.tos - a.tos || a.metric - b.metric;
}

/** The routes of a table that cover the address, in the order in which the kernel tries them: longest prefix, TOS, metric, position. */
export function candidates(ns: NetworkNamespace, family: Family, table: string, dst: Ip, tos: number): readonly Route[] {
  const found: Route[] = [];
  for (const { mask, byNetwork } of fib(ns, family, table)?.lengths ?? []) {
    const network = typeof dst === 'number' ? (dst & (mask as number)) >>> 0 : dst & (mask as bigint);
    const routes = byNetwork.get(network);
    if (routes === undefined) continue;
    for (const route of routes) if (route.tos === 0 || route.tos === (tos & 0x1c)) found.push(route);
  }
  return found;
}

/** What the kernel's `inet_addr_type` says, which looks into table local alone: what addrtype and local delivery go by. */
export function addressType(ns: NetworkNamespace, ip: Ip): 'local' | 'broadcast' | 'multicast' | 'anycast' | 'unicast' {
  if (typeof ip === 'number') {
    if (ip === 0 || ip === 0xffffffff) return 'broadcast';
    if (ip >>> 28 === 0xe) return 'multicast';
  } else if (ip >> 120n === 0xffn) return 'multicast';
  const type = localRoute(ns, ip)?.type;
  return type === 'local' || type === 'broadcast' || type === 'multicast' || type === 'anycast' ? type : 'unicast';
}

/** What table local says of an address. */
export function localRoute(ns: NetworkNamespace, ip: Ip): Route | undefined {
  const [route] = candidates(ns, typeof ip === 'number' ? 4 : 6, 'local', ip, 0);
  return route;
}
