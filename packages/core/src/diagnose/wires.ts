import { type Host, type Ip, type Link, type NetworkNamespace, contains, familyOf, isWire, prefix } from '@skoop/netstack';

/** A namespace of a dumped host. */
export interface HostNamespace {
  readonly host: Host;
  readonly namespace: NetworkNamespace;
}

export function rootOf(host: Host): NetworkNamespace | undefined {
  return host.namespaces.get(host.root);
}

/** Why a machine's dump doesn't tell which devices and addresses it has; `undefined` where it does. */
export function unseenDevices(host: Host): string | undefined {
  return rootOf(host)?.gaps.find(({ topic, kind }) => (topic === 'links' || topic === 'addresses') && kind !== 'unsupported')?.why;
}

/** The devices by which a namespace hangs on a wire that no dump shows; what is not modelled may be one. */
export function wiresOf(place: HostNamespace): readonly Link[] {
  return place.namespace.links.filter((link) => link.device.kind === 'opaque' || isWire(place.host, place.namespace, link));
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
  const near = (link: Link): boolean =>
    link.addresses.some(({ ip: own, length }) =>
      (sender ?? []).some((other) => familyOf(other) === familyOf(own) && contains(prefix(own, length), other)),
    );
  const neighbour = links.find(near);
  const shared = wires.find((wire) => wire === neighbour || (neighbour !== undefined && wire.master === neighbour.name));
  if (shared !== undefined) return shared;
  const way = routes.find((route) => route.table === 'main' && route.destination.length === 0 && route.family === familyOf(ip))?.nexthops[0]
    ?.dev;
  return wires.find((wire) => wire.name === way || (way !== undefined && wire.master === way)) ?? wires.find((wire) => wire.up) ?? wires[0];
}

/** Addresses of the machine itself, those of loopback left out. */
export function addressesOf(namespace: NetworkNamespace): readonly { readonly ip: Ip; readonly link: Link }[] {
  return namespace.links
    .filter((link) => link.device.kind !== 'loopback')
    .flatMap((link) => link.addresses.map(({ ip }) => ({ ip, link })));
}
