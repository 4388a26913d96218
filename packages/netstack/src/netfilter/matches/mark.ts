import type { MatchReader } from '../parse/option.ts';
import { readMasked } from '../parse/values.ts';

/** (mark & mask) == value: a value with bits outside of the mask never fits. */
export const mark: MatchReader = {
  options: { '--mark': 1 },
  read: (options) => {
    const option = options.get('--mark');
    const wanted = readMasked(option?.values[0]);
    if (option === undefined || wanted === undefined) return undefined;
    return ({ packet }) => ((packet.mark & wanted.mask) >>> 0 === wanted.value) !== option.negated;
  },
};

/** The connection's mark. Without an entry it does not fit, negated or not. */
export const connmark: MatchReader = {
  tracks: true,
  options: { '--mark': 1 },
  read: (options) => {
    const option = options.get('--mark');
    const wanted = readMasked(option?.values[0]);
    if (option === undefined || wanted === undefined) return undefined;
    return ({ tracking }) =>
      tracking.entry !== undefined && ((tracking.entry.mark & wanted.mask) >>> 0 === wanted.value) !== option.negated;
  },
};
