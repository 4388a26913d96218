import { type Ip, familyOf } from '../address/ip.ts';

interface AddressRange {
  readonly from: Ip;
  readonly to: Ip;
}

/**
 * Which address of a range a new connection is translated to (linux: `find_best_ips_proto`). The hash has no seed: the same source and
 * destination always come to the same address, and a `persistent` one looks at the source alone. As a little-endian machine computes it.
 */
export function addressByHash(range: AddressRange, src: Ip, dst: Ip, persistent: boolean, zone: number): Ip {
  const family = familyOf(range.from);
  const destination = wordsOf(dst);
  const last = destination.at(-1) ?? 0;
  const source = [...wordsOf(src), 0, 0, 0].slice(0, 4);
  let hash = jhash2(source.map(swapped), persistent ? 0 : (swapped(last) ^ zone) >>> 0);
  const from = wordsOf(range.from);
  const to = wordsOf(range.to);
  let isBelow = false;
  const words = from.map((least, i) => {
    const most = to[i] ?? 0;
    const [start, count] = isBelow ? [0, 0xffffffff] : [least, (most - least + 1) >>> 0];
    const word = (start + Number((BigInt(hash) * BigInt(count)) >> 32n)) >>> 0;
    if (word !== most) isBelow = true;
    if (!persistent) hash = (hash ^ swapped(destination[i] ?? 0)) >>> 0;
    return word;
  });
  return family === 4 ? (words[0] ?? 0) : words.reduce((ip, word) => (ip << 32n) | BigInt(word), 0n);
}

function wordsOf(ip: Ip): readonly number[] {
  return typeof ip === 'number' ? [ip] : [96n, 64n, 32n, 0n].map((shift) => Number((ip >> shift) & 0xffffffffn));
}

/** Addresses lie in memory in network order. */
function swapped(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Bob Jenkins's lookup3 over four words (linux: `jhash2`). */
function jhash2(words: readonly number[], seed: number): number {
  let a = (0xdeadbeef + (words.length << 2) + seed) | 0;
  let b = a;
  let c = a;
  a = (a + (words[0] ?? 0)) | 0;
  b = (b + (words[1] ?? 0)) | 0;
  c = (c + (words[2] ?? 0)) | 0;
  a = (a - c) ^ rotated(c, 4);
  c = (c + b) | 0;
  b = (b - a) ^ rotated(a, 6);
  a = (a + c) | 0;
  c = (c - b) ^ rotated(b, 8);
  b = (b + a) | 0;
  a = (a - c) ^ rotated(c, 16);
  c = (c + b) | 0;
  b = (b - a) ^ rotated(a, 19);
  a = (a + c) | 0;
  c = (c - b) ^ rotated(b, 4);
  b = (b + a) | 0;
  a = (a + (words[3] ?? 0)) | 0;
  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  c = ((c ^ b) - rotated(b, 24)) | 0;
  return c >>> 0;
}
