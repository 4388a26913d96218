import { type Host, type Ip, type Link, type NetworkNamespace, contains, familyOf, prefix } from '@skoop/netstack';

/** A namespace of a dumped host. */
export interface HostNamespace {
  readonly host: Host;
  readonly namespace: NetworkNamespace;
}

export function rootOf(host: Host): NetworkNamespace | undefined {
  return host.namespaces.get(host.root);
}

/** The devices by which a namespace hangs on a wire that no dump shows. */
export function wiresOf(place: HostNamespace): readonly Link[] {
  return place.namespace.links.filter((link) => isWire(place, link));
}

function isWire(place: HostNamespace, link: Link): boolean {
  switch (link.device.kind) {
    case 'physical':
    case 'opaque':
      return true;
    case 'veth':
      return !hasPeer(place, link);
    default:
      return false;
  }
}

/** Is the other end of a veth pair in the same machine's dump? Ends know each other by interface index. */
function hasPeer({ host, namespace }: HostNamespace, link: Link): boolean {
  if (link.device.kind !== 'veth') return false;
  const { peerIndex, peerNetnsid } = link.device;
  if (peerIndex === undefined) return false;
  for (const other of host.namespaces.values()) {
    if ((other === namespace) !== (peerNetnsid === undefined)) continue;
    if (other.links.some((end) => end.index === peerIndex && end.device.kind === 'veth' && end.device.peerIndex === link.index)) return true;
  }
  return false;
}

/** The device by which a frame for `ip`, an address of this namespace, comes in from a neighbour of `sender`. */
export function uplinkFor(place: HostNamespace, ip: Ip, sender?: readonly Ip[]): Link | undefined {
  const wires = wiresOf(place);
  const { links, routes } = place.namespace;
  const owner = links.find((link) => link.addresses.some((address) => address.ip === ip));
  if (owner !== undefined) {
    if (wires.includes(owner)) return owner;
    const port = wires.find((wire) => wire.master === owner.name);
    if (port !== undefined) return port;
  }
  const near = (link: Link): boolean => link.addresses.some(({ ip: own, length }) => (sender ?? []).some((other) => familyOf(other) === familyOf(own) && contains(prefix(own, length), other)));
  const neighbour = links.find(near);
  const shared = wires.find((wire) => wire === neighbour || (neighbour !== undefined && wire.master === neighbour.name));
  if (shared !== undefined) return shared;
  const way = routes.find((route) => route.table === 'main' && route.destination.length === 0 && route.family === familyOf(ip))?.nexthops[0]?.dev;
  return wires.find((wire) => wire.name === way || (way !== undefined && wire.master === way)) ?? wires.find((wire) => wire.up) ?? wires[0];
}

/** Addresses of the machine itself, those of loopback left out. */
export function addressesOf(namespace: NetworkNamespace): readonly { readonly ip: Ip; readonly link: Link }[] {
  return namespace.links.filter((link) => link.device.kind !== 'loopback').flatMap((link) => link.addresses.map(({ ip }) => ({ ip, link })));
}
