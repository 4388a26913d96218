import { type Family, type Ip, familyOf, isMulticast } from '../address/ip.ts';
import { contains } from '../address/prefix.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Route } from '../namespace/route.ts';

export type AddressType = 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'ANYCAST' | 'MULTICAST';

const tables = new WeakMap<NetworkNamespace, ReadonlyMap<Family, readonly Route[]>>();

/** The routes of table local, longest prefix first. */
function localTable(namespace: NetworkNamespace, family: Family): readonly Route[] {
  let made = tables.get(namespace);
  if (made === undefined) {
    const sorted = namespace.routes
      .filter((route) => route.table === 'local')
      .sort((a, b) => (b.destination.length ?? 0) - (a.destination.length ?? 0));
    made = new Map([
      [4, sorted.filter((route) => route.family === 4)],
      [6, sorted.filter((route) => route.family === 6)],
    ]);
    tables.set(namespace, made);
  }
  return made.get(family) ?? [];
}

/**
 * What kind of address it is for a namespace, by table local alone (linux: `inet_addr_type`, `inet_dev_addr_type`).
 *
 * @param device counts only what belongs to that device; an address of another is then UNICAST.
 */
export function addressType(namespace: NetworkNamespace, ip: Ip, device?: string): AddressType {
  if (ip === 0 || ip === 0xffffffff) return 'BROADCAST';
  if (isMulticast(ip)) return 'MULTICAST';
  const route = localTable(namespace, familyOf(ip)).find((candidate) => contains(candidate.destination, ip));
  if (route === undefined || (device !== undefined && !route.nexthops.some((nexthop) => nexthop.dev === device))) return 'UNICAST';
  switch (route.type) {
    case 'local':
      return 'LOCAL';
    case 'broadcast':
      return 'BROADCAST';
    case 'anycast':
      return 'ANYCAST';
    case 'multicast':
      return 'MULTICAST';
    default:
      return 'UNICAST';
  }
}

/** How a frame with that packet is addressed: it follows from the destination. */
export function frameType(namespace: NetworkNamespace, packet: { readonly dst: Ip }): 'unicast' | 'broadcast' | 'multicast' {
  const type = addressType(namespace, packet.dst);
  return type === 'BROADCAST' ? 'broadcast' : type === 'MULTICAST' ? 'multicast' : 'unicast';
}
