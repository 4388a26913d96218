import { negate, unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** Lists of addresses seen: their content is in no dump. Only `--set` has a known answer. */
export const recent: MatchReader = {
  options: {
    '--set': 0,
    '--rcheck': 0,
    '--update': 0,
    '--remove': 0,
    '--seconds': 1,
    '--reap': 0,
    '--hitcount': 1,
    '--rttl': 0,
    '--name': 1,
    '--mask': 1,
    '--rsource': 0,
    '--rdest': 0,
  },
  read: (options) => {
    const set = options.get('--set');
    const asks = options.get('--rcheck') ?? options.get('--update') ?? options.get('--remove');
    if (set !== undefined) return asks === undefined ? () => (set.negated ? negate(true) : true) : undefined;
    return asks === undefined ? undefined : () => unknown(`recent ${asks.name} of list ${options.value('--name') ?? 'DEFAULT'}`);
  },
};
