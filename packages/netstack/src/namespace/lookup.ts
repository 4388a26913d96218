import type { Ip } from '../address/ip.ts';
import type { Link, LinkAddress } from './link.ts';
import type { NetworkNamespace } from './namespace.ts';
import type { Topic } from '../source.ts';

/** Indexes of a namespace, made once and kept as long as the namespace itself. */
interface Index {
  readonly byName: ReadonlyMap<string, Link>;
  readonly owner: ReadonlyMap<Ip, { readonly link: Link; readonly address: LinkAddress }>;
  readonly missing: ReadonlyMap<Topic, string>;
}

const indexes = new WeakMap<NetworkNamespace, Index>();

function index(ns: NetworkNamespace): Index {
  let made = indexes.get(ns);
  if (made === undefined) {
    const owner = new Map<Ip, { link: Link; address: LinkAddress }>();
    for (const link of ns.links) for (const address of link.addresses) if (!owner.has(address.ip)) owner.set(address.ip, { link, address });
    const missing = new Map<Topic, string>();
    for (const gap of ns.gaps) if (gap.kind !== 'unsupported' && gap.source === undefined) missing.set(gap.topic, gap.why);
    made = { byName: new Map(ns.links.map((link) => [link.name, link])), owner, missing };
    indexes.set(ns, made);
  }
  return made;
}

export function linkByName(ns: NetworkNamespace, name: string): Link | undefined {
  return index(ns).byName.get(name);
}

/** The link that an address is configured on. */
export function ownerOf(ns: NetworkNamespace, ip: Ip): { readonly link: Link; readonly address: LinkAddress } | undefined {
  return index(ns).owner.get(ip);
}

/** Why a whole topic was not collected; `undefined` where it was. */
export function missingTopic(ns: NetworkNamespace, topic: Topic): string | undefined {
  return index(ns).missing.get(topic);
}

/** A sysctl by its path under /proc/sys, as a number; the kernel's default where the dump has none. */
export function sysctl(ns: NetworkNamespace, path: string, byDefault: number): number {
  const text = ns.sysctls.get(path);
  return text === undefined || text === '' ? byDefault : Number.parseInt(text, 10);
}

/** The settings of one interface, and how `all` takes part (linux: `IN_DEV_MAXCONF`, `IN_DEV_ORCONF`, `IN_DEV_CONF_GET`). */
export const conf = {
  own: (ns: NetworkNamespace, dev: string, key: string, byDefault = 0): number => sysctl(ns, `net/ipv4/conf/${dev}/${key}`, byDefault),
  max: (ns: NetworkNamespace, dev: string, key: string): number =>
    Math.max(sysctl(ns, `net/ipv4/conf/all/${key}`, 0), sysctl(ns, `net/ipv4/conf/${dev}/${key}`, 0)),
  or: (ns: NetworkNamespace, dev: string, key: string): boolean =>
    sysctl(ns, `net/ipv4/conf/all/${key}`, 0) !== 0 || sysctl(ns, `net/ipv4/conf/${dev}/${key}`, 0) !== 0,
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
