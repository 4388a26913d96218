import type { MatchReader } from '../parse/option.ts';

/** Text for people. */
export const comment: MatchReader = { options: { '--comment': 1 }, read: () => () => true };

/** Counts; kube-proxy uses it without a quota (linux: `nfacct_mt`). */
export const nfacct: MatchReader = { options: { '--nfacct-name': 1 }, read: (options) => (options.anyNegated ? undefined : () => true) };
