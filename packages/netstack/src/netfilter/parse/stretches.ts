import { SPACE, textBetween } from './bytes.ts';
import { Numbers } from './numbers.ts';

/** Further than that nobody looks in the table: texts that were made to hash alike are kept in a map. */
const MOST_PROBES = 32;

/** Where the hash of a stretch begins; {@link hashed} takes a byte more into it (FNV-1a). */
export const HASH_BASIS = 0x811c9dc5 | 0;

export function hashed(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

function hashBetween(bytes: Uint8Array, from: number, to: number): number {
  let hash = HASH_BASIS;
  for (let i = from; i < to; i++) hash = hashed(hash, bytes[i] ?? 0);
  return hash;
}

/**
 * Stretches of a file by what stands in them, numbered from 0 in the order in which they came. None becomes a string: of the fifty
 * thousand chains of a node a packet meets five.
 */
export class Stretches {
  readonly #bytes: Uint8Array;
  readonly #begins = new Numbers();
  readonly #ends = new Numbers();
  readonly #hashes = new Numbers();
  /** Number + 1 of a stretch at its hash, or soon behind; 0 where nothing is. */
  #slots = new Uint32Array(32);
  #others = new Map<string, number>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get count(): number {
    return this.#begins.length;
  }

  text(n: number): string {
    return textBetween(this.#bytes, this.#begins.get(n), this.#ends.get(n));
  }

  /** Does the stretch stand there, before a blank? */
  isWordAt(n: number, at: number): boolean {
    const length = this.#ends.get(n) - this.#begins.get(n);
    return this.#bytes[at + length] === SPACE && this.#isAlike(n, this.#bytes, at, at + length);
  }

  /** The number of what stands between `from` and `to` of `bytes`; -1 where it is not known. */
  find(bytes: Uint8Array, from: number, to: number, hash = hashBetween(bytes, from, to)): number {
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const n = (this.#slots[(hash + probe) & mask] ?? 0) - 1;
      if (n < 0) return -1;
      if (this.#hashes.get(n) === hash >>> 0 && this.#isAlike(n, bytes, from, to)) return n;
    }
    return this.#others.get(textBetween(bytes, from, to)) ?? -1;
  }

  /** A stretch that is not known yet; returns its number. */
  add(from: number, to: number, hash = hashBetween(this.#bytes, from, to)): number {
    const n = this.#begins.push(from);
    this.#ends.push(to);
    this.#hashes.push(hash >>> 0);
    if (2 * this.count > this.#slots.length) this.#widen();
    else this.#place(n);
    return n;
  }

  #widen(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    this.#others = new Map();
    for (let n = 0; n < this.count; n++) this.#place(n);
  }

  #place(n: number): void {
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const slot = (this.#hashes.get(n) + probe) & mask;
      if (this.#slots[slot] !== 0) continue;
      this.#slots[slot] = n + 1;
      return;
    }
    this.#others.set(this.text(n), n);
  }

  #isAlike(n: number, bytes: Uint8Array, from: number, to: number): boolean {
    const begin = this.#begins.get(n);
    if (this.#ends.get(n) - begin !== to - from) return false;
    for (let i = 0; i < to - from; i++) if (this.#bytes[begin + i] !== bytes[from + i]) return false;
    return true;
  }
}
