import { type Ip, familyOf, isLinkLocal, isMulticast } from '../address/ip.ts';
import { contains, parsePrefix, prefix } from '../address/prefix.ts';
import type { Link, LinkAddress } from '../namespace/link.ts';
import { linkByName, sysctl } from '../namespace/lookup.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Nexthop, Route } from '../namespace/route.ts';

/**
 * The address that the kernel gives a packet whose sender has none: the route's `src`, else one of the out-device's
 * (linux: `inet_select_addr`), or what RFC 6724 says.
 */
export function sourceAddress(ns: NetworkNamespace, route: Route, nexthop: Nexthop | undefined, dst: Ip): Ip | undefined {
  if (route.prefsrc !== undefined) return route.prefsrc;
  if (typeof dst === 'bigint') return sourceAddress6(ns, nexthop?.dev, dst);
  if (route.type === 'local') return dst;
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

/**
 * IPv6: of all addresses, the best for that destination (linux: `ipv6_dev_get_saddr`; RFC 6724, section 5): the destination itself, of a
 * scope that suffices, not deprecated, of the out-device, of the same label, temporary where those are wanted, with the longest prefix in
 * common. The first of equals.
 */
export function sourceAddress6(ns: NetworkNamespace, device: string | undefined, dst: bigint): Ip | undefined {
  const isNear = isLinkLocal(dst) || isMulticast(dst) || sysctl(ns, `net/ipv6/conf/${device ?? ''}/use_oif_addrs_only`, 0) !== 0;
  const candidates = ns.links
    .filter((link) => link.name === device || !isNear)
    .flatMap((link) => link.addresses.flatMap((address) => (isCandidate(address) ? [{ link, address, ip: address.ip as bigint }] : [])));
  const score = ({ link, address, ip }: (typeof candidates)[number]): readonly number[] => [
    Number(ip === dst),
    suits(scopeOf(ip), scopeOf(dst)),
    Number(!address.deprecated),
    Number(link.name === device),
    Number(labelOf(ip) === labelOf(dst)),
    Number((address.temporary === true) === sysctl(ns, `net/ipv6/conf/${link.name}/use_tempaddr`, 0) >= 2),
    Math.min(commonBits(ip, dst), address.length),
  ];
  const [first, ...others] = candidates.map((candidate) => ({ ip: candidate.ip, score: score(candidate) }));
  return others.reduce((best, other) => (best === undefined || isBetter(other.score, best.score) ? other : best), first)?.ip;
}

function isCandidate(address: LinkAddress): boolean {
  return familyOf(address.ip) === 6 && !address.tentative;
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

/** The narrowest scope that reaches so far is best; of those that don't, the widest. */
function suits(scope: number, needed: number): number {
  return scope >= needed ? 100 - scope : scope;
}

function scopeOf(ip: bigint): number {
  if (isMulticast(ip)) return Number((ip >> 112n) & 0xfn);
  return isLinkLocal(ip) || ip === 1n ? 2 : 14;
}

/** The kernel's own labels (linux: `addrlabel.c`), the longest prefix first; what `ip addrlabel` changes is in no dump. */
const LABELS = (
  [
    ['::1/128', 0],
    ['::/96', 3],
    ['::ffff:0:0/96', 4],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['2002::/16', 2],
    ['3ffe::/16', 12],
    ['fec0::/10', 11],
    ['fc00::/7', 5],
  ] as const
).map(([text, label]) => ({ prefix: parsePrefix(text), label }));

function labelOf(ip: bigint): number {
  return LABELS.find((row) => row.prefix !== undefined && contains(row.prefix, ip))?.label ?? 1;
}

function commonBits(a: bigint, b: bigint): number {
  const differing = a ^ b;
  return differing === 0n ? 128 : 128 - differing.toString(2).length;
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
