import { type Family, type Ip, anyAddress, familyOf, formatIp, parseIp } from './ip.ts';

/**
 * An address and a mask. `address` has no bit outside of `mask`.
 *
 * `length` is the prefix length, or `undefined` for a mask with holes (iptables takes `10.0.0.0/255.0.255.0`).
 */
export interface Prefix {
  readonly address: Ip;
  readonly mask: Ip;
  readonly length: number | undefined;
}

export function maskOf(family: Family, length: number): Ip {
  if (family === 4) return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return length === 0 ? 0n : ((1n << BigInt(length)) - 1n) << BigInt(128 - length);
}

export function bitsOf(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

export function prefix(ip: Ip, length: number): Prefix {
  const mask = maskOf(familyOf(ip), length);
  return { address: masked(ip, mask), mask, length };
}

/** 0.0.0.0/0 or ::/0. */
export function anyPrefix(family: Family): Prefix {
  return prefix(anyAddress(family), 0);
}

/** One address: /32 or /128. */
export function hostPrefix(ip: Ip): Prefix {
  return prefix(ip, bitsOf(familyOf(ip)));
}

function masked(ip: Ip, mask: Ip): Ip {
  return typeof ip === 'number' ? (ip & (mask as number)) >>> 0 : ip & (mask as bigint);
}

export function contains(p: Prefix, ip: Ip): boolean {
  if (typeof ip === 'number') return typeof p.address === 'number' && (ip & (p.mask as number)) >>> 0 === p.address;
  return typeof p.address === 'bigint' && (ip & (p.mask as bigint)) === p.address;
}

/** Reads `A`, `A/LENGTH` or `A/MASK`; bits outside of the mask are cleared. `undefined` where the text is no prefix. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (ip === undefined) return undefined;
  const family = familyOf(ip);
  if (slash < 0) return hostPrefix(ip);
  const rest = text.slice(slash + 1);
  if (/^\d{1,3}$/.test(rest)) {
    const length = Number(rest);
    return length <= bitsOf(family) ? prefix(ip, length) : undefined;
  }
  const mask = parseIp(rest);
  if (mask === undefined || familyOf(mask) !== family) return undefined;
  return { address: masked(ip, mask), mask, length: lengthOf(mask) };
}

function lengthOf(mask: Ip): number | undefined {
  const family = familyOf(mask);
  for (let length = 0; length <= bitsOf(family); length++) if (maskOf(family, length) === mask) return length;
  return undefined;
}

export function formatPrefix(p: Prefix): string {
  return `${formatIp(p.address)}/${p.length === undefined ? formatIp(p.mask) : String(p.length)}`;
}
