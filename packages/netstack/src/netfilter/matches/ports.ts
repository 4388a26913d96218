import { type Packet, portsOf } from '../../packet/packet.ts';
import { type Test, inverted, unknown } from '../logic.ts';
import type { MatchResult } from '../model.ts';
import type { Options } from '../parse/option.ts';
import { type Range, readRange } from '../parse/values.ts';

/** `--sport` and `--dport` of one match; `undefined` where a value is not understood. No fragments are modelled, so ports are always there. */
export function readPorts(options: Options): readonly Test[] | undefined {
  const tests: Test[] = [];
  for (const [name, side] of [
    ['--sport', 'sport'],
    ['--dport', 'dport'],
  ] as const) {
    const option = options.get(name);
    if (option === undefined) continue;
    const range = readRange(option.values[0]);
    if (range === undefined) return undefined;
    tests.push(inverted(option.negated, ({ packet }) => isPortOf(packet, side, [range])));
  }
  return tests;
}

/** Is the port one of these? Where a translation took it at random, they may be some of what it can be. */
export function isPortOf(packet: Packet, side: 'sport' | 'dport', ranges: readonly Range[]): MatchResult {
  const { from, to } = portsOf(packet, side);
  if (ranges.some((range) => from >= range.from && to <= range.to)) return true;
  return ranges.every((range) => to < range.from || from > range.to) ? false : unknown('a port that a translation takes at random');
}
