import type { Ip } from '../address/ip.ts';
import type { Link, LinkAddress } from './link.ts';
import type { Neighbour } from './neighbour.ts';
import type { NetworkNamespace } from './namespace.ts';
import type { Topic } from '../source.ts';

/** Indexes of a namespace, made once and kept as long as the namespace itself. */
interface Index {
  readonly byName: ReadonlyMap<string, Link>;
  readonly owner: ReadonlyMap<Ip, { readonly link: Link; readonly address: LinkAddress }>;
  readonly missing: ReadonlyMap<Topic, string>;
  readonly ports: ReadonlyMap<string, readonly Link[]>;
  readonly neighbours: ReadonlyMap<Ip, readonly Neighbour[]>;
  /** Settings as numbers, by path; those of an IPv4 interface by name and device as well. */
  readonly settings: ReadonlyMap<string, number>;
  readonly conf: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const indexes = new WeakMap<NetworkNamespace, Index>();

function index(ns: NetworkNamespace): Index {
  let made = indexes.get(ns);
  if (made === undefined) {
    const owner = new Map<Ip, { link: Link; address: LinkAddress }>();
    for (const link of ns.links) for (const address of link.addresses) if (!owner.has(address.ip)) owner.set(address.ip, { link, address });
    const missing = new Map<Topic, string>();
    for (const gap of ns.gaps) if (gap.kind !== 'unsupported' && gap.source === undefined) missing.set(gap.topic, gap.why);
    const settings = new Map<string, number>();
    for (const [path, text] of ns.sysctls) if (text !== '') settings.set(path, Number.parseInt(text, 10));
    made = {
      byName: new Map(ns.links.map((link) => [link.name, link])),
      owner,
      missing,
      ports: grouped(ns.links, (link) => link.master ?? ''),
      neighbours: grouped(ns.neighbours, (neighbour) => neighbour.ip),
      settings,
      conf: confOf(settings),
    };
    indexes.set(ns, made);
  }
  return made;
}

function grouped<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function confOf(settings: ReadonlyMap<string, number>): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const conf = new Map<string, Map<string, number>>();
  for (const [path, value] of settings) {
    const [, device = '', key = ''] = /^net\/ipv4\/conf\/(.+)\/([^/]+)$/.exec(path) ?? [];
    const byDevice = conf.get(key) ?? new Map<string, number>();
    conf.set(key, byDevice.set(device, value));
  }
  return conf;
}

export function linkByName(ns: NetworkNamespace, name: string): Link | undefined {
  return index(ns).byName.get(name);
}

/** The link that an address is configured on. */
export function ownerOf(ns: NetworkNamespace, ip: Ip): { readonly link: Link; readonly address: LinkAddress } | undefined {
  return index(ns).owner.get(ip);
}

/** The ports of a bridge. */
export function portsOf(ns: NetworkNamespace, bridge: string): readonly Link[] {
  return index(ns).ports.get(bridge) ?? [];
}

/** The entries for an address, on any device. */
export function neighboursOf(ns: NetworkNamespace, ip: Ip): readonly Neighbour[] {
  return index(ns).neighbours.get(ip) ?? [];
}

/** Was every topic collected? */
export function isWhole(ns: NetworkNamespace): boolean {
  return index(ns).missing.size === 0;
}

/** Why a whole topic was not collected; `undefined` where it was. */
export function missingTopic(ns: NetworkNamespace, topic: Topic): string | undefined {
  return index(ns).missing.get(topic);
}

/** A sysctl by its path under /proc/sys, as a number; the kernel's default where the dump has none. */
export function sysctl(ns: NetworkNamespace, path: string, byDefault: number): number {
  return index(ns).settings.get(path) ?? byDefault;
}

/** The settings of one interface, and how `all` takes part (linux: `IN_DEV_MAXCONF`, `IN_DEV_ORCONF`, `IN_DEV_CONF_GET`). */
export const conf = {
  own: (ns: NetworkNamespace, dev: string, key: string, byDefault = 0): number => index(ns).conf.get(key)?.get(dev) ?? byDefault,
  max: (ns: NetworkNamespace, dev: string, key: string): number => Math.max(conf.own(ns, 'all', key), conf.own(ns, dev, key)),
  or: (ns: NetworkNamespace, dev: string, key: string): boolean => conf.own(ns, 'all', key) !== 0 || conf.own(ns, dev, key) !== 0,
};

/** Evidence for a sysctl: the line of the artifact that has it. */
export function sysctlSource(ns: NetworkNamespace, path: string): { artifact: string; line: number; text: string } {
  let line = 0;
  for (const key of ns.sysctls.keys()) {
    line++;
    if (key === path) break;
  }
  return { artifact: `${ns.id}/sysctl`, line, text: `${path} = ${ns.sysctls.get(path) ?? '(not in the dump)'}` };
}

/** Is the kernel of that version, or a later one? `undefined`: the dump does not tell. */
export function isKernelSince(ns: NetworkNamespace | undefined, major: number, minor: number): boolean | undefined {
  const [, ownMajor, ownMinor] = /^(\d+)\.(\d+)/.exec(ns?.sysctls.get('kernel/osrelease') ?? '') ?? [];
  if (ownMajor === undefined) return undefined;
  return Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor);
}
