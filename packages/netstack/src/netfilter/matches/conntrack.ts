import { familyOf } from '../../address/ip.ts';
import { contains, parsePrefix } from '../../address/prefix.ts';
import { hasPorts } from '../../packet/protocol.ts';
import { all, negate, unknown } from '../logic.ts';
import type { MatchResult, TrackedConnection, Tracking } from '../model.ts';
import type { MatchReader, Option } from '../parse/option.ts';
import { readNumber, readRange, within } from '../parse/values.ts';
import { readProtocol } from './protocol-names.ts';

type EntryTest = (entry: TrackedConnection, tracking: Tracking) => MatchResult;

const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
const SIDES = {
  orig: 'original',
  repl: 'reply',
} as const;

/** The state that tracking gives, and the two virtual ones that say what was translated. */
function stateTest(option: Option, known: readonly string[]): ((tracking: Tracking) => boolean) | undefined {
  const wanted = (option.values[0] ?? '').split(',');
  if (!wanted.every((state) => known.includes(state))) return undefined;
  return ({ state, entry }) => {
    const fits =
      wanted.includes(state) || (wanted.includes('SNAT') && entry?.snat === true) || (wanted.includes('DNAT') && entry?.dnat === true);
    return fits !== option.negated;
  };
}

function statusTest(values: string): EntryTest | undefined {
  const wanted = values.split(',');
  if (!wanted.every((status) => ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'].includes(status))) return undefined;
  return (entry) => {
    if ((wanted.includes('SEEN_REPLY') && entry.replied) || (wanted.includes('ASSURED') && entry.assured === true)) return true;
    // NONE is a mask without bits: it fits nothing.
    return wanted.every((status) => status === 'SEEN_REPLY' || status === 'ASSURED' || status === 'NONE')
      ? false
      : unknown(`conntrack --ctstatus ${values}`);
  };
}

/** A test of an option other than `--ctstate`; `undefined` where it is not understood. */
function entryTest(option: Option, family: 4 | 6): EntryTest | undefined {
  const value = option.values[0] ?? '';
  const tuple = /^--ct(orig|repl)(src|dst)(port)?$/.exec(option.name);
  if (tuple !== null) {
    const side = SIDES[tuple[1] as keyof typeof SIDES];
    const end = tuple[2] as 'src' | 'dst';
    if (tuple[3] === 'port') {
      const ports = readRange(value);
      if (ports === undefined) return undefined;
      return (entry) =>
        hasPorts(entry[side].protocol)
          ? within(ports, entry[side][end === 'src' ? 'sport' : 'dport'])
          : unknown(`conntrack ${option.name}`);
    }
    const prefix = parsePrefix(value);
    if (prefix === undefined || familyOf(prefix.address) !== family) return undefined;
    return (entry) => contains(prefix, entry[side][end]);
  }
  switch (option.name) {
    case '--ctproto': {
      const protocol = readProtocol(value) ?? readNumber(value, 255);
      return protocol === undefined ? undefined : (entry) => entry.original.protocol === protocol;
    }
    case '--ctdir':
      if (value !== 'ORIGINAL' && value !== 'REPLY') return undefined;
      return (_entry, tracking) => (tracking.direction === 'original') === (value === 'ORIGINAL');
    case '--ctstatus':
      return statusTest(value);
    case '--ctexpire':
      return readRange(value, 0xffffffff) === undefined ? undefined : () => unknown(`conntrack --ctexpire ${value}`);
    default:
      return undefined;
  }
}

/**
 * linux: `xt_conntrack.c`, `conntrack_mt`. A packet without an entry is special: no option can fit it, negated or not, except that a
 * true `--ctstate` makes the whole match true and the other options are not looked at.
 */
export const conntrack: MatchReader = {
  tracks: true,
  options: {
    '--ctstate': 1,
    '--ctproto': 1,
    '--ctorigsrc': 1,
    '--ctorigdst': 1,
    '--ctreplsrc': 1,
    '--ctrepldst': 1,
    '--ctorigsrcport': 1,
    '--ctorigdstport': 1,
    '--ctreplsrcport': 1,
    '--ctrepldstport': 1,
    '--ctstatus': 1,
    '--ctexpire': 1,
    '--ctdir': 1,
  },
  read: (options, family) => {
    if (options.names.length === 0) return undefined;
    const stateOption = options.get('--ctstate');
    const state = stateOption === undefined ? undefined : stateTest(stateOption, [...STATES, 'SNAT', 'DNAT']);
    if (stateOption !== undefined && state === undefined) return undefined;
    const tests: EntryTest[] = [];
    for (const name of options.names) {
      const option = options.get(name);
      if (option === undefined || name === '--ctstate') continue;
      const test = entryTest(option, family);
      if (test === undefined) return undefined;
      tests.push(option.negated ? (entry, tracking) => negate(test(entry, tracking)) : test);
    }
    return (context) => {
      const { tracking } = context;
      if (state !== undefined && !state(tracking)) return false;
      const { entry } = tracking;
      if (entry === undefined) return state !== undefined;
      return all([() => true, ...tests.map((test) => () => test(entry, tracking))])(context);
    };
  },
};

/** The older match, an alias: only states, no virtual ones. */
export const state: MatchReader = {
  tracks: true,
  options: { '--state': 1 },
  read: (options) => {
    const option = options.get('--state');
    const test = option === undefined ? undefined : stateTest(option, STATES);
    return test === undefined ? undefined : ({ tracking }) => test(tracking);
  },
};
