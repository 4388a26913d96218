import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** The helper whose connection announced this one (linux: `helper_mt`). The first packet of a new one was announced by none. */
export const helper: MatchReader = {
  tracks: true,
  options: { '--helper': 1 },
  read: (options) => {
    const option = options.get('--helper');
    if (option === undefined) return undefined;
    return ({ tracking }) => (tracking.state === 'RELATED' ? unknown('helper of a related connection') : option.negated);
  },
};
