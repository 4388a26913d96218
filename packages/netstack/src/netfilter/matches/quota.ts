import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** Bytes that may pass. What is left of them is in no dump; a packet that is larger than all of them never fits (linux: `xt_quota.c`). */
export const quota: MatchReader = {
  options: { '--quota': 1 },
  read: (options) => {
    const option = options.get('--quota');
    const text = option?.values[0] ?? '';
    if (option === undefined || !/^\d{1,20}$/.test(text)) return undefined;
    const most = Number(text);
    return ({ packet }) => (packet.length > most ? option.negated : unknown('quota: what is left of it'));
  },
};
