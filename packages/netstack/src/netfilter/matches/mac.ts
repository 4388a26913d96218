import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** Source of the frame that brought the packet. What is made here came in none, and fits neither way (linux: `xt_mac.c`). */
export const mac: MatchReader = {
  options: { '--mac-source': 1 },
  read: (options) => {
    const option = options.get('--mac-source');
    const wanted = option?.values[0]?.toLowerCase() ?? '';
    if (option === undefined || !/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(wanted)) return undefined;
    return ({ frame, socket }) => {
      if (socket !== undefined) return false;
      if (frame?.source === undefined) return unknown('mac of a frame that the model has not');
      return (frame.source === wanted) !== option.negated;
    };
  },
};
