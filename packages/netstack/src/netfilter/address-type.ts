import { type Ip, isMulticast } from '../address/ip.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import { localRoute } from '../routing/fib.ts';

export type AddressType = 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'ANYCAST' | 'MULTICAST';

/**
 * What kind of address it is for a namespace, by table local alone (linux: `inet_addr_type`, `inet_dev_addr_type`).
 *
 * @param device counts only what belongs to that device; an address of another is then UNICAST.
 */
export function addressType(namespace: NetworkNamespace, ip: Ip, device?: string): AddressType {
  if (ip === 0 || ip === 0xffffffff) return 'BROADCAST';
  if (isMulticast(ip)) return 'MULTICAST';
  const route = localRoute(namespace, ip);
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
