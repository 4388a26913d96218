import { familyOf } from '../../address/ip.ts';
import { parsePrefix } from '../../address/prefix.ts';
import type { NatRequest } from '../model.ts';
import type { TargetReader } from '../parse/option.ts';
import { readNatPorts, readNatRange } from './nat-range.ts';

function toRange(flag: string, manip: 'source' | 'destination'): TargetReader {
  return {
    tracks: true,
    options: { [flag]: 1, '--random': 0, '--random-fully': 0, '--persistent': 0 },
    read: (options, family) => {
      const text = options.value(flag);
      const range = text === undefined ? undefined : readNatRange(text, family);
      if (range === undefined || options.anyNegated) return undefined;
      const random = options.has('--random') || options.has('--random-fully');
      const request: NatRequest = { manip, kind: 'range', ...range, random, persistent: options.has('--persistent') };
      return () => ({ kind: 'nat', request });
    },
  };
}

export const dnat = toRange('--to-destination', 'destination');
export const snat = toRange('--to-source', 'source');

function toOwnAddress(
  fixed: { readonly manip: 'source'; readonly kind: 'masquerade' } | { readonly manip: 'destination'; readonly kind: 'redirect' },
): TargetReader {
  return {
    tracks: true,
    options: { '--to-ports': 1, '--random': 0, '--random-fully': 0 },
    read: (options) => {
      const text = options.value('--to-ports');
      const ports = text === undefined ? undefined : readNatPorts(text);
      if ((text !== undefined && (ports === undefined || ports.base !== undefined)) || options.anyNegated) return undefined;
      const request: NatRequest = { ...fixed, ports, random: options.has('--random') || options.has('--random-fully') };
      return () => ({ kind: 'nat', request });
    },
  };
}

export const masquerade = toOwnAddress({ manip: 'source', kind: 'masquerade' });
export const redirect = toOwnAddress({ manip: 'destination', kind: 'redirect' });

/** Which address it replaces follows from the hook. */
export const netmap: TargetReader = {
  tracks: true,
  options: { '--to': 1 },
  read: (options, family) => {
    const network = parsePrefix(options.value('--to') ?? '');
    if (network === undefined || options.anyNegated || familyOf(network.address) !== family) return undefined;
    return ({ hook }) => {
      const manip = hook === 'prerouting' || hook === 'output' ? 'destination' : 'source';
      return { kind: 'nat', request: { manip, kind: 'netmap', network: network.address, mask: network.mask } };
    };
  },
};
