import type { TargetReader } from '../parse/option.ts';

/** A program decides; without one that listens the packet is dropped, or, with `--queue-bypass`, passes this chain. Which is in no dump. */
export const nfqueue: TargetReader = {
  options: { '--queue-num': 1, '--queue-balance': 1, '--queue-bypass': 0, '--queue-cpu-fanout': 0 },
  read: (options) => {
    if (options.anyNegated) return undefined;
    const queue = options.value('--queue-num') ?? options.value('--queue-balance') ?? '0';
    return () => ({ kind: 'unknown', construct: `NFQUEUE ${queue}`, ways: ['accept', 'drop'] });
  },
};
