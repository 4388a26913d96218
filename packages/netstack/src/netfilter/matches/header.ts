import type { Packet } from '../../packet/packet.ts';
import type { MatchReader } from '../parse/option.ts';
import { readMasked, readNumber, readRange, within } from '../parse/values.ts';

/** Total length of the IP packet; in IPv6 with its header. */
export const length: MatchReader = {
  options: { '--length': 1 },
  read: (options) => {
    const option = options.get('--length');
    const range = readRange(option?.values[0]);
    return option === undefined || range === undefined ? undefined : ({ packet }) => within(range, packet.length) !== option.negated;
  },
};

function lifetime(prefix: 'ttl' | 'hl'): MatchReader {
  return {
    family: prefix === 'ttl' ? 4 : 6,
    options: { [`--${prefix}-eq`]: 1, [`--${prefix}-lt`]: 1, [`--${prefix}-gt`]: 1 },
    read: (options) => {
      const [name, ...more] = options.names;
      const option = name === undefined ? undefined : options.get(name);
      const bound = readNumber(option?.values[0], 255);
      if (option === undefined || bound === undefined || more.length > 0 || (option.negated && name !== `--${prefix}-eq`)) return undefined;
      const compare = (packet: Packet) =>
        name === `--${prefix}-eq` ? packet.ttl === bound : name === `--${prefix}-lt` ? packet.ttl < bound : packet.ttl > bound;
      return ({ packet }) => compare(packet) !== option.negated;
    },
  };
}

export const ttl = lifetime('ttl');
export const hl = lifetime('hl');

export const tos: MatchReader = {
  options: { '--tos': 1 },
  read: (options) => {
    const option = options.get('--tos');
    const wanted = readMasked(option?.values[0], 0xff);
    return option === undefined || wanted === undefined
      ? undefined
      : ({ packet }) => ((packet.tos & wanted.mask) === wanted.value) !== option.negated;
  },
};

export const dscp: MatchReader = {
  options: { '--dscp': 1 },
  read: (options) => {
    const option = options.get('--dscp');
    const wanted = readNumber(option?.values[0], 63);
    return option === undefined || wanted === undefined ? undefined : ({ packet }) => (packet.tos >> 2 === wanted) !== option.negated;
  },
};
