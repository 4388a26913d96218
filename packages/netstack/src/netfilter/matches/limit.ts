import type { MatchReader } from '../parse/option.ts';

/** A bucket starts full, so the first packet of a conversation is within its limit. */
export const limit: MatchReader = {
  options: { '--limit': 1, '--limit-burst': 1 },
  read: (options) => (options.has('--limit') && !options.anyNegated ? () => true : undefined),
};

export const hashlimit: MatchReader = {
  options: {
    '--hashlimit-upto': 1,
    '--hashlimit-above': 1,
    '--hashlimit': 1,
    '--hashlimit-burst': 1,
    '--hashlimit-mode': 1,
    '--hashlimit-name': 1,
    '--hashlimit-srcmask': 1,
    '--hashlimit-dstmask': 1,
    '--hashlimit-htable-size': 1,
    '--hashlimit-htable-max': 1,
    '--hashlimit-htable-expire': 1,
    '--hashlimit-htable-gcinterval': 1,
  },
  read: (options) => {
    if (options.anyNegated) return undefined;
    if (options.has('--hashlimit-above')) return () => false;
    return options.has('--hashlimit-upto') || options.has('--hashlimit') ? () => true : undefined;
  },
};

/** The first connection: no other is counted. */
export const connlimit: MatchReader = {
  tracks: true,
  options: { '--connlimit-above': 1, '--connlimit-upto': 1, '--connlimit-mask': 1, '--connlimit-saddr': 0, '--connlimit-daddr': 0 },
  read: (options) => {
    const above = options.value('--connlimit-above');
    const text = above ?? options.value('--connlimit-upto');
    if (options.anyNegated || text === undefined || !/^[1-9]\d*$/.test(text)) return undefined;
    return ({ tracking }) =>
      tracking.entry === undefined ? { kind: 'unknown', construct: 'connlimit without a tracked connection' } : above === undefined;
  },
};
