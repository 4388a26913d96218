import type { Test } from '../logic.ts';
import type { Options } from '../parse/option.ts';
import { readRange, within } from '../parse/values.ts';

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
    tests.push(({ packet }) => within(range, packet[side]) !== option.negated);
  }
  return tests;
}
