import { type Side, askSet } from '../../ipset/lookup.ts';
import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** Reads `src`, `dst,dst,src`: the side of each dimension. */
export function readSides(text: string | undefined): readonly Side[] | undefined {
  const sides = (text ?? '').split(',');
  return sides.every((side): side is Side => side === 'src' || side === 'dst') ? sides : undefined;
}

const COUNTERS = ['--packets-eq', '--packets-lt', '--packets-gt', '--bytes-eq', '--bytes-lt', '--bytes-gt'];

/** linux: `xt_set.c`. `!` turns the last result round; an exception of the set (`nomatch`) is a miss, and so true under `!`. */
export const set: MatchReader = {
  options: {
    '--match-set': 2,
    '--return-nomatch': 0,
    '--update-counters': 0,
    '--update-subcounters': 0,
    ...Object.fromEntries(COUNTERS.map((name) => [name, 1])),
  },
  read: (options) => {
    const option = options.get('--match-set');
    const name = option?.values[0];
    const sides = readSides(option?.values[1]);
    if (option === undefined || name === undefined || sides === undefined) return undefined;
    const query = { name, sides, returnNomatch: options.has('--return-nomatch') };
    const byCounter = COUNTERS.find((counter) => options.has(counter));
    return (context) => {
      const answer = askSet(query, context);
      if (answer.kind === 'unknown') return unknown(answer.construct);
      if (answer.kind === 'hit' && byCounter !== undefined && answer.set.counters)
        return unknown(`set ${byCounter} of set ${name}: its counters move with every packet`);
      return (answer.kind === 'hit') !== option.negated;
    };
  },
};
