/**
 * An IP address as a bare value: an unsigned 32-bit `number` for IPv4, a 128-bit `bigint` for IPv6.
 *
 * The JavaScript type *is* the family, so `===` compares addresses, a `Map` takes them as keys, and IPv4 stays as fast
 * as integer arithmetic. Parsed once, at the edge; formatted once, in a report.
 */
export type Ip = number | bigint;

/** The IP version, as the kernel's `AF_INET` / `AF_INET6` in the numbers that people use. */
export type Family = 4 | 6;

export function familyOf(ip: Ip): Family {
  return typeof ip === 'number' ? 4 : 6;
}

/** `0.0.0.0` or `::`. */
export function anyAddress(family: Family): Ip {
  return family === 4 ? 0 : 0n;
}

/** Reads `10.0.0.1`, `fd00::1` or `::ffff:10.0.0.1`; `undefined` where the text is no address. A zone (`%eth0`) is no part of it. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number | undefined {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (digits === 0 || ++dots > 3) return undefined;
      value = value * 256 + octet;
      octet = 0;
      digits = 0;
    } else if (c >= 48 && c <= 57) {
      octet = octet * 10 + (c - 48);
      if (++digits > 3 || octet > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(group);
  return value;
}

/** The 16-bit groups of one side of a `::`, a dotted quad at the end counting as two. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const result: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const quad = parseIpv4(part);
      if (quad === undefined) return undefined;
      result.push(quad >>> 16, quad & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) result.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return result;
}

/** The canonical text: dotted decimal, or RFC 5952 for IPv6. */
export function formatIp(ip: Ip): string {
  return typeof ip === 'number'
    ? `${String(ip >>> 24)}.${String((ip >>> 16) & 255)}.${String((ip >>> 8) & 255)}.${String(ip & 255)}`
    : formatIpv6(ip);
}

function formatIpv6(ip: bigint): string {
  const parts: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) parts.push(Number((ip >> shift) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && parts[j] === 0) j++;
    if (j - i > length) {
      start = i;
      length = j - i;
    }
  }
  const hex = parts.map((part) => part.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 28 === 0xe : ip >> 120n === 0xffn;
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocal(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 16 === 0xa9fe : ip >> 118n === 0x3fan;
}
