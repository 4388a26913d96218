/** Reads a decimal or 0x-hexadecimal number of at most `max`; `undefined` where the text is none. With a 0 before it iptables takes it for octal. */
export function readNumber(text: string | undefined, max = 0xffffffff): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,9}|0[xX][0-9a-fA-F]{1,8})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Reads `5`, `5:9`, `:9` or `5:` (with `separator` between); an open end is 0 or `max`. */
export function readRange(text: string | undefined, max = 0xffff, separator = ':'): Range | undefined {
  if (text === undefined || text === '' || text === separator) return undefined;
  const at = text.indexOf(separator);
  const from = at === 0 ? 0 : readNumber(at < 0 ? text : text.slice(0, at), max);
  const rest = at < 0 ? text : text.slice(at + 1);
  const to = rest === '' ? max : readNumber(rest, max);
  return from === undefined || to === undefined || from > to ? undefined : { from, to };
}

export interface Masked {
  readonly value: number;
  readonly mask: number;
}

/** Reads `0x4000/0x4000`; without a mask all `bits` count. */
export function readMasked(text: string | undefined, bits = 0xffffffff): Masked | undefined {
  if (text === undefined) return undefined;
  const slash = text.indexOf('/');
  const value = readNumber(slash < 0 ? text : text.slice(0, slash), bits);
  const mask = slash < 0 ? bits : readNumber(text.slice(slash + 1), bits);
  return value === undefined || mask === undefined ? undefined : { value, mask };
}

/** `(old & ~mask) ^ value`, unsigned: how the kernel changes marks and TOS. */
export function xorMasked(old: number, { value, mask }: Masked): number {
  return ((old & ~mask) ^ value) >>> 0;
}

export function within(range: Range, value: number): boolean {
  return value >= range.from && value <= range.to;
}
