import type { Ip } from '../address/ip.ts';
import type { Link } from '../namespace/link.ts';
import { vethPeer } from '../namespace/host.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { Place } from './walk.ts';
import type { World } from './trace.types.ts';

/** Who hears a broadcast frame that is sent out of a device. */
export type Station =
  /** A device with a network stack behind it: a plain link, or the bridge that it is a port of. */
  | { readonly kind: 'station'; readonly place: Place; readonly link: Link }
  /** A device whose other end is in no dump. */
  | { readonly kind: 'edge'; readonly place: Place; readonly link: Link }
  /** A device that is not modelled. */
  | { readonly kind: 'opaque'; readonly place: Place; readonly link: Link };

/** Every station that a frame sent out of `link` may reach. Learned forwarding entries play no part: they come and go. */
export function stations(world: World, place: Place, link: Link): readonly Station[] {
  const found: Station[] = [];
  emit(world, place, link, found, new Set());
  return found;
}

function emit(world: World, place: Place, link: Link, found: Station[], seen: Set<string>): void {
  const key = `${place.namespace.id} ${link.name} out`;
  if (seen.has(key) || !link.up || !link.carrier) return;
  seen.add(key);
  switch (link.device.kind) {
    case 'veth': {
      const peer = vethPeer(place.host, place.namespace.id, link.name);
      const namespace = peer === undefined ? undefined : place.host.namespaces.get(peer.namespace);
      const other = peer === undefined || namespace === undefined ? undefined : linkByName(namespace, peer.device);
      if (namespace === undefined || other === undefined) found.push({ kind: 'edge', place, link });
      else arrive(world, { host: place.host, namespace }, other, found, seen);
      return;
    }
    case 'physical':
      found.push({ kind: 'edge', place, link });
      return;
    case 'bridge':
      for (const port of portsOf(place, link)) if (forwardsFrames(port)) emit(world, place, port, found, seen);
      return;
    case 'vxlan':
      for (const remote of floodTargets(place, link)) tunnelTo(world, place, link, remote, found, seen);
      return;
    case 'loopback':
    case 'dummy':
      return;
    case 'opaque':
      found.push({ kind: 'opaque', place, link });
      return;
    default:
      link.device satisfies never;
  }
}

function arrive(world: World, place: Place, link: Link, found: Station[], seen: Set<string>): void {
  if (!link.up) return;
  const master = link.master === undefined ? undefined : linkByName(place.namespace, link.master);
  if (master?.device.kind !== 'bridge') {
    found.push({ kind: 'station', place, link });
    return;
  }
  if (!forwardsFrames(link) || !master.up) return;
  found.push({ kind: 'station', place, link: master });
  for (const port of portsOf(place, master)) {
    if (port === link && link.port?.hairpin !== true) continue;
    if (port.port?.isolated === true && link.port?.isolated === true) continue;
    if (forwardsFrames(port)) emit(world, place, port, found, seen);
  }
}

/** The far ends of a tunnel that share its network identifier, among the dumped hosts. */
function tunnelTo(world: World, place: Place, link: Link, remote: Ip, found: Station[], seen: Set<string>): void {
  if (link.device.kind !== 'vxlan') return;
  for (const host of world.hosts.values())
    for (const namespace of host.namespaces.values()) {
      if (namespace === place.namespace || !namespace.links.some((other) => other.addresses.some((address) => address.ip === remote)))
        continue;
      const end = namespace.links.find(
        (other) => other.device.kind === 'vxlan' && link.device.kind === 'vxlan' && other.device.vni === link.device.vni,
      );
      if (end !== undefined) arrive(world, { host, namespace }, end, found, seen);
    }
}

/** Where a VXLAN device sends frames that no entry names: its `remote`, and the entries for the all-zero address. */
export function floodTargets(place: Place, link: Link): readonly Ip[] {
  const entries = place.namespace.fdb.filter(
    (entry) => entry.dev === link.name && entry.mac === '00:00:00:00:00:00' && entry.dst !== undefined,
  );
  const targets = entries.map((entry) => entry.dst as Ip);
  if (targets.length === 0 && link.device.kind === 'vxlan' && link.device.remote !== undefined) return [link.device.remote];
  return targets;
}

export function portsOf(place: Place, bridge: Link): readonly Link[] {
  return place.namespace.links.filter((link) => link.master === bridge.name);
}

export function forwardsFrames(port: Link): boolean {
  return port.port === undefined || port.port.state === 'forwarding';
}
