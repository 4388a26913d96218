import type { Host, Ip, Link, NetworkNamespace, Topic } from '@skoop/netstack';

/** The machine's own namespace; `undefined` where it is not in the dump. */
export function rootOf(host: Host): NetworkNamespace | undefined {
  return host.namespaces.get(host.root);
}

/** Was all of these topics read? Where not, what is not there may only be unseen. */
export function seen(ns: NetworkNamespace, ...topics: readonly Topic[]): boolean {
  return !ns.gaps.some((gap) => gap.kind !== 'unsupported' && topics.includes(gap.topic));
}

export function linkOf(ns: NetworkNamespace, name: string): Link | undefined {
  return ns.links.find((link) => link.name === name);
}

/** The device that a tunnel's packets leave by: the named one, else the one with the address. */
export function uplinkOf(ns: NetworkNamespace, name: string | undefined, address: Ip | undefined): Link | undefined {
  const named = name === undefined ? undefined : linkOf(ns, name);
  return named ?? ns.links.find(({ addresses }) => address !== undefined && addresses.some(({ ip }) => ip === address));
}
