import type { Target } from '../model.ts';
import type { TargetReader } from '../parse/option.ts';

/** A packet that already has an entry, or was decided on before, stays as it is: the first decision wins. */
export const notracks: Target['apply'] = ({ tracking }) =>
  tracking.entry === undefined && tracking.state !== 'UNTRACKED' ? { kind: 'notrack' } : { kind: 'continue' };

export const notrack: TargetReader = { options: {}, read: () => notracks };

/** Zones are not modelled, so `--zone` is unknown; a helper or a choice of events leaves the first packet as it is. */
export const ct: TargetReader = {
  tracks: (options) => !options.has('--notrack'),
  options: { '--notrack': 0, '--helper': 1, '--ctevents': 1, '--expevents': 1, '--timeout': 1 },
  read: (options) => {
    if (options.anyNegated || options.names.length === 0) return undefined;
    return options.has('--notrack') ? notracks : () => ({ kind: 'continue' });
  },
};
