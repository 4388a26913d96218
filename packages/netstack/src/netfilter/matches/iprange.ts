import { familyOf, parseIp } from '../../address/ip.ts';
import { type Test, all } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** Inclusive at both ends. */
export const iprange: MatchReader = {
  options: { '--src-range': 1, '--dst-range': 1 },
  read: (options, family) => {
    const tests: Test[] = [];
    for (const [name, side] of [
      ['--src-range', 'src'],
      ['--dst-range', 'dst'],
    ] as const) {
      const option = options.get(name);
      if (option === undefined) continue;
      const [from, last, ...more] = (option.values[0] ?? '').split('-').map(parseIp);
      if (from === undefined || last === undefined || more.length > 0 || familyOf(from) !== family || familyOf(last) !== family)
        return undefined;
      tests.push(({ packet }) => (packet[side] >= from && packet[side] <= last) !== option.negated);
    }
    return tests.length === 0 ? undefined : all(tests);
  },
};
