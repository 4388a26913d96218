import {
  type Host,
  type Ip,
  type Link,
  type LinkAddress,
  type NetworkNamespace,
  contains,
  familyOf,
  isLinkLocal,
  isLoopback,
  isWire,
  prefix,
} from '@skoop/netstack';

/** A device whose other end is in no namespace of its own dump: it may share a wire with devices of other machines. */
export interface OuterDevice {
  readonly host: Host;
  readonly namespace: NetworkNamespace;
  readonly link: Link;
  /** Its own, and those of the bridge that it is a port of. */
  readonly addresses: readonly LinkAddress[];
}

/** The outer devices of all hosts, in the order of the dumps. */
export function outerDevices(hosts: Iterable<Host>): readonly OuterDevice[] {
  const found: OuterDevice[] = [];
  for (const host of hosts)
    for (const namespace of host.namespaces.values())
      for (const link of namespace.links) {
        if (!isWire(host, namespace, link)) continue;
        const master = namespace.links.find((other) => other.name === link.master);
        found.push({ host, namespace, link, addresses: [...link.addresses, ...(master?.addresses ?? [])] });
      }
  return found;
}

/** Their indexes name each other. No proof: small indexes are common. */
export function couldBePair(a: Link, b: Link): boolean {
  return a.device.kind === 'veth' && b.device.kind === 'veth' && a.device.peerIndex === b.index && b.device.peerIndex === a.index;
}

/**
 * Whether two devices are on one wire, as far as the dumps tell: each thinks the other on its own link, or one has met the other's
 * link-layer address.
 */
export function shareWire(a: OuterDevice, b: OuterDevice): boolean {
  return shareSubnet(a, b) || hasMet(a, b) || hasMet(b, a);
}

function shareSubnet(a: OuterDevice, b: OuterDevice): boolean {
  return a.addresses.some((one) => b.addresses.some((other) => isTelling(one.ip) && isTelling(other.ip) && isNear(one, other)));
}

/** Every wire has link-local addresses. */
function isTelling(ip: Ip): boolean {
  return !isLinkLocal(ip) && !isLoopback(ip);
}

function isNear(a: LinkAddress, b: LinkAddress): boolean {
  if (familyOf(a.ip) !== familyOf(b.ip)) return false;
  if (a.peer === b.ip || b.peer === a.ip) return true;
  return contains(prefix(a.ip, a.length), b.ip) || contains(prefix(b.ip, b.length), a.ip);
}

function hasMet(a: OuterDevice, b: OuterDevice): boolean {
  const names = [a.link.name, a.link.master];
  return a.namespace.neighbours.some(
    (entry) => entry.mac !== undefined && entry.mac === b.link.mac && entry.state !== 'PERMANENT' && names.includes(entry.dev),
  );
}
