import { type Ip, familyOf } from '../address/ip.ts';
import { contains, prefix } from '../address/prefix.ts';
import type { Link, LinkAddress } from '../namespace/link.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Nexthop, Route } from '../namespace/route.ts';

/**
 * The address that the kernel gives a packet whose sender has none: the route's `src`, else one of the out-device's
 * (linux: `inet_select_addr`; RFC 6724 in part for IPv6).
 */
export function sourceAddress(ns: NetworkNamespace, route: Route, nexthop: Nexthop | undefined, dst: Ip): Ip | undefined {
  if (route.type === 'local') return route.prefsrc ?? dst;
  if (route.prefsrc !== undefined) return route.prefsrc;
  return deviceAddress(ns, nexthop?.dev, nexthop?.via ?? dst, nexthop?.via === undefined ? 'link' : 'global');
}

/**
 * The first eligible address of the device whose subnet has the next hop, else its first eligible one, else another device's.
 * `scope` is what is needed: an address of scope link does not serve for a gateway route.
 */
export function deviceAddress(ns: NetworkNamespace, device: string | undefined, near: Ip, scope: 'link' | 'global'): Ip | undefined {
  const link = device === undefined ? undefined : linkByName(ns, device);
  const own = link === undefined ? [] : eligible(link, near, scope);
  const fits = own.find((address) => contains(prefix(address.ip, address.length), near) || address.peer === near);
  if (fits !== undefined) return fits.ip;
  if (own[0] !== undefined) return own[0].ip;
  for (const other of ns.links) {
    const address = other === link ? undefined : eligible(other, near, 'global')[0];
    if (address !== undefined) return address.ip;
  }
  return undefined;
}

function eligible(link: Link, near: Ip, scope: 'link' | 'global'): LinkAddress[] {
  const family = familyOf(near);
  const linkLocal = family === 6 && typeof near === 'bigint' && near >> 118n === 0x3fan;
  return link.addresses.filter(
    (address) =>
      familyOf(address.ip) === family &&
      !address.secondary &&
      !address.tentative &&
      (address.scope === 'global' ||
        address.scope === 'site' ||
        (address.scope === 'link' && (family === 4 ? scope === 'link' : linkLocal))),
  );
}
