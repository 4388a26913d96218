import type { TargetReader } from '../parse/option.ts';
import { readMasked, readNumber, xorMasked } from '../parse/values.ts';

function lifetime(prefix: 'ttl' | 'hl'): TargetReader {
  return {
    family: prefix === 'ttl' ? 4 : 6,
    options: { [`--${prefix}-set`]: 1, [`--${prefix}-dec`]: 1, [`--${prefix}-inc`]: 1 },
    read: (options) => {
      const [name, ...more] = options.names;
      const amount = name === undefined ? undefined : readNumber(options.value(name), 255);
      if (amount === undefined || more.length > 0 || options.anyNegated) return undefined;
      const change = (old: number) =>
        name === `--${prefix}-set` ? amount : name === `--${prefix}-dec` ? Math.max(0, old - amount) : Math.min(255, old + amount);
      return ({ packet }) => ({ kind: 'continue', packet: { ...packet, ttl: change(packet.ttl) } });
    },
  };
}

export const ttl = lifetime('ttl');
export const hl = lifetime('hl');

export const tos: TargetReader = {
  options: { '--set-tos': 1 },
  read: (options) => {
    const change = readMasked(options.value('--set-tos'), 0xff);
    if (change === undefined || options.anyNegated) return undefined;
    return ({ packet }) => ({ kind: 'continue', packet: { ...packet, tos: xorMasked(packet.tos, change) & 0xff } });
  },
};

export const dscp: TargetReader = {
  options: { '--set-dscp': 1 },
  read: (options) => {
    const value = readNumber(options.value('--set-dscp'), 63);
    if (value === undefined || options.anyNegated) return undefined;
    return ({ packet }) => ({ kind: 'continue', packet: { ...packet, tos: (packet.tos & 3) | (value << 2) } });
  },
};

/** ECE and CWR of TCP's flags. */
export const ecn: TargetReader = {
  family: 4,
  options: { '--ecn-tcp-remove': 0 },
  read: (options) => {
    if (!options.has('--ecn-tcp-remove') || options.anyNegated) return undefined;
    return ({ packet }) => ({ kind: 'continue', packet: { ...packet, tcpFlags: packet.tcpFlags & 0x3f } });
  },
};
