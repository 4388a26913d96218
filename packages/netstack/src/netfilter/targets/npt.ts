import { familyOf } from '../../address/ip.ts';
import { type Prefix, parsePrefix } from '../../address/prefix.ts';
import type { TargetReader } from '../parse/option.ts';

/** Adds in ones' complement (RFC 1071). */
function folded(sum: bigint): bigint {
  let rest = sum;
  while (rest > 0xffffn) rest = (rest & 0xffffn) + (rest >> 16n);
  return rest;
}

function sumOf(address: bigint): bigint {
  let sum = 0n;
  for (let rest = address; rest > 0n; rest >>= 16n) sum += rest & 0xffffn;
  return folded(sum);
}

/**
 * Puts one prefix in place of another, and changes a word behind it so that checksums stay as they are (RFC 6296; linux:
 * `ip6t_npt_map_pfx`). `undefined` where there is no word that can be changed.
 */
function mapPrefix(address: bigint, from: bigint, to: bigint, length: number): bigint | undefined {
  const mask = (1n << BigInt(128 - length)) - 1n;
  const moved = (address & mask) | (to & ~mask);
  const shift = length <= 48 ? 64n : [48n, 32n, 16n, 0n].find((at) => ((moved >> at) & 0xffffn) !== 0xffffn);
  if (shift === undefined) return undefined;
  const old = (moved >> shift) & 0xffffn;
  const adjusted = folded(old + sumOf(from) + (0xffffn - sumOf(to)));
  return moved ^ ((old ^ (adjusted === 0xffffn ? 0n : adjusted)) << shift);
}

/** Translates a prefix without connection tracking, whatever prefix the address has. */
function translatesPrefix(side: 'src' | 'dst'): TargetReader {
  return {
    family: 6,
    options: { '--src-pfx': 1, '--dst-pfx': 1 },
    read: (options) => {
      const from = readPrefix(options.value('--src-pfx'));
      const to = readPrefix(options.value('--dst-pfx'));
      if (from === undefined || to === undefined || options.anyNegated) return undefined;
      const length = Math.max(from.length, to.length);
      return ({ packet }) => {
        const address = packet[side];
        if (typeof address !== 'bigint') return { kind: 'continue' };
        const mapped = mapPrefix(address, from.address, to.address, length);
        // The error about it quotes the address with the new prefix: to the sender it is about nothing that he sent.
        return mapped === undefined ? { kind: 'drop' } : { kind: 'continue', packet: { ...packet, [side]: mapped } };
      };
    },
  };
}

function readPrefix(text: string | undefined): { readonly address: bigint; readonly length: number } | undefined {
  const prefix: Prefix | undefined = parsePrefix(text ?? '');
  if (prefix === undefined || familyOf(prefix.address) !== 6 || prefix.length === undefined || prefix.length > 64) return undefined;
  return { address: BigInt(prefix.address), length: prefix.length };
}

export const snpt = translatesPrefix('src');
export const dnpt = translatesPrefix('dst');
