import { negate, unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** Random: both ways happen. Every nth packet: the rule's counter is in no dump. */
export const statistic: MatchReader = {
  options: { '--mode': 1, '--probability': 1, '--every': 1, '--packet': 1 },
  read: (options) => {
    const mode = options.value('--mode');
    if (mode === 'nth') return options.has('--every') ? () => unknown('statistic --mode nth') : undefined;
    const option = options.get('--probability');
    const text = option?.values[0] ?? '';
    if (mode !== 'random' || option === undefined || !/^\d(?:\.\d+)?$/.test(text)) return undefined;
    const probability = Number(text);
    if (probability > 1) return undefined;
    const result = probability === 0 || probability === 1 ? probability === 1 : ({ kind: 'chance', probability } as const);
    return () => (option.negated ? negate(result) : result);
  },
};
