import { type Fields, has, integer, text } from './fields.ts';

/** The names of rt_dsfield that iproute2 prints instead of a number. */
const NAMES: ReadonlyMap<string, number> = new Map([
  ['default', 0],
  ['lowdelay', 0x10],
  ['throughput', 0x08],
  ['reliability', 0x04],
  ['mincost', 0x02],
  ['EF', 0xb8],
  ['VOICE-ADMIT', 0xb0],
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n): [string, number] => [`CS${String(n)}`, n << 5]),
  ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop): [string, number] => [`AF${String(n)}${String(drop)}`, (n << 5) | (drop << 3)])),
]);

/** The TOS byte of a route or a rule: 0 where none is set, `undefined` where it can't be read. */
export function readTos(fields: Fields): number | undefined {
  if (!has(fields, 'tos')) return 0;
  return integer(fields, 'tos') ?? NAMES.get(text(fields, 'tos') ?? '');
}
