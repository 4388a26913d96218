import { vethPeer } from './host.ts';
import type { Link, LowerDevice } from './link.ts';
import type { Host, NetworkNamespace } from './namespace.ts';
import { linkByName } from './lookup.ts';

/** A device, and the namespace that it is in. */
export interface Located {
  readonly namespace: NetworkNamespace;
  readonly link: Link;
}

/** The reference to the device below, for the kinds that stand on one. */
function lowerReference({ device }: Link): LowerDevice | undefined {
  return device.kind === 'vlan' || device.kind === 'macvlan' || device.kind === 'ipvlan' ? device.lower : undefined;
}

/**
 * The device that a link stands on. One in another namespace is looked for where veths of the same namespace id lead, else in the
 * machine's own, from which plugins move such devices into pods.
 */
export function lowerOf(host: Host, namespace: NetworkNamespace, link: Link): Located | undefined {
  const reference = lowerReference(link);
  if (reference === undefined) return undefined;
  if (reference.netnsid === undefined) {
    const lower = reference.name === undefined ? undefined : linkByName(namespace, reference.name);
    return lower === undefined ? undefined : { namespace, link: lower };
  }
  const other = namespaceNamed(host, namespace, reference.netnsid) ?? machineOwn(host, namespace);
  const lower = other === namespace ? undefined : other?.links.find((candidate) => candidate.index === reference.index);
  return other === undefined || lower === undefined ? undefined : { namespace: other, link: lower };
}

/** The machine's own namespace, unless the other one is seen to have another id for it. */
function machineOwn(host: Host, namespace: NetworkNamespace): NetworkNamespace | undefined {
  const isKnown = namespace.links.some(
    ({ name, device }) =>
      device.kind === 'veth' && device.peerNetnsid !== undefined && vethPeer(host, namespace.id, name)?.namespace === host.root,
  );
  return isKnown ? undefined : host.namespaces.get(host.root);
}

/** The namespace that another one has an id for, where a veth of that one leads there. */
export function namespaceNamed(host: Host, namespace: NetworkNamespace, netnsid: number): NetworkNamespace | undefined {
  for (const { name, device } of namespace.links) {
    if (device.kind !== 'veth' || device.peerNetnsid !== netnsid || netnsid < 0) continue;
    const peer = vethPeer(host, namespace.id, name);
    if (peer !== undefined) return host.namespaces.get(peer.namespace);
  }
  return undefined;
}

const memo = new WeakMap<Host, ReadonlyMap<Link, readonly Located[]>>();

/** The devices that stand on a link, in whatever namespace of the host. */
export function uppersOf(host: Host, link: Link): readonly Located[] {
  let made = memo.get(host);
  if (made === undefined) memo.set(host, (made = allUppers(host)));
  return made.get(link) ?? [];
}

function allUppers(host: Host): ReadonlyMap<Link, readonly Located[]> {
  const uppers = new Map<Link, Located[]>();
  for (const namespace of host.namespaces.values())
    for (const link of namespace.links) {
      const lower = lowerOf(host, namespace, link);
      if (lower === undefined) continue;
      const list = uppers.get(lower.link);
      if (list === undefined) uppers.set(lower.link, [{ namespace, link }]);
      else list.push({ namespace, link });
    }
  return uppers;
}
