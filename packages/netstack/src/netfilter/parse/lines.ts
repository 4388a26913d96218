import type { SourceLine } from '../../source.ts';
import { BRACKET, COLON, DASH, NEWLINE, SPACE, isBlank, standsAt, textBetween } from './bytes.ts';
import { Numbers } from './numbers.ts';

/**
 * The lines of a file by where they begin and end, without blanks around them and counters before them. A line becomes a text when
 * somebody asks: of a hundred thousand rules a packet meets fifty.
 */
export class Lines {
  readonly bytes: Uint8Array;
  readonly #artifact: string;
  readonly #begins = new Numbers();
  readonly #ends = new Numbers();

  constructor(bytes: Uint8Array, artifact: string) {
    this.bytes = bytes;
    this.#artifact = artifact;
    for (let from = 0; from <= bytes.length;) {
      let end = bytes.indexOf(NEWLINE, from);
      if (end < 0) end = bytes.length;
      this.#add(from, end);
      from = end + 1;
    }
  }

  #add(begin: number, end: number): void {
    const { bytes } = this;
    while (begin < end && isBlank(bytes[begin])) begin++;
    while (begin < end && isBlank(bytes[end - 1])) end--;
    this.#begins.push(begin < end && bytes[begin] === BRACKET ? behindCounters(bytes, begin) : begin);
    this.#ends.push(end);
  }

  get count(): number {
    return this.#begins.length;
  }

  begin(index: number): number {
    return this.#begins.get(index);
  }

  end(index: number): number {
    return this.#ends.get(index);
  }

  is(index: number, text: string): boolean {
    return this.end(index) - this.begin(index) === text.length && standsAt(this.bytes, this.begin(index), text);
  }

  at(index: number): SourceLine {
    const text = textBetween(this.bytes, this.begin(index), this.end(index));
    return { artifact: this.#artifact, line: index + 1, text: text.startsWith(':') ? text.replace(/^(.*) \[\d+:\d+\]$/, '$1') : text };
  }
}

/** `[12:345] -A …`: what changes with every packet. */
function behindCounters(bytes: Uint8Array, at: number): number {
  const packets = behindDigits(bytes, at + 1);
  if (packets === at + 1 || bytes[packets] !== COLON) return at;
  const octets = behindDigits(bytes, packets + 1);
  if (octets === packets + 1 || !standsAt(bytes, octets, '] ') || bytes[octets + 2] !== DASH) return at;
  return octets + 2;
}

function behindDigits(bytes: Uint8Array, at: number): number {
  for (; ; at++) {
    const byte = bytes[at] ?? SPACE;
    if (byte < 48 || byte > 57) return at;
  }
}
