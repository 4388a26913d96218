import type { Target, Zone } from '../model.ts';
import type { Options, TargetReader } from '../parse/option.ts';
import { readNumber } from '../parse/values.ts';

/** A packet that already has an entry, or was decided on before, stays as it is: the first decision wins. */
export const notracks: Target['apply'] = ({ tracking }) =>
  tracking.entry === undefined && tracking.state !== 'UNTRACKED' ? { kind: 'notrack' } : { kind: 'continue' };

export const notrack: TargetReader = { options: {}, read: () => notracks };

/** A zone by number, for both directions or for one (linux: `nf_ct_zone_id`); one that is the packet's mark is unknown. */
function zoneOf(options: Options): Zone | undefined | 'unknown' {
  const given = ['--zone', '--zone-orig', '--zone-reply'].filter((name) => options.has(name));
  const [name] = given;
  if (name === undefined) return undefined;
  const id = readNumber(options.value(name), 0xffff);
  if (id === undefined || given.length > 1) return 'unknown';
  return { original: name === '--zone-reply' ? 0 : id, reply: name === '--zone-orig' ? 0 : id };
}

/** Zones apart, a helper or a choice of events leaves the first packet as it is. */
export const ct: TargetReader = {
  tracks: (options) => !options.has('--notrack'),
  options: {
    '--notrack': 0,
    '--zone': 1,
    '--zone-orig': 1,
    '--zone-reply': 1,
    '--helper': 1,
    '--ctevents': 1,
    '--expevents': 1,
    '--timeout': 1,
  },
  read: (options) => {
    if (options.anyNegated || options.names.length === 0) return undefined;
    if (options.has('--notrack')) return notracks;
    const zone = zoneOf(options);
    if (zone === 'unknown') return undefined;
    if (zone === undefined) return () => ({ kind: 'continue' });
    return ({ tracking }) =>
      tracking.entry === undefined && tracking.state !== 'UNTRACKED' ? { kind: 'zone', zone } : { kind: 'continue' };
  },
};
