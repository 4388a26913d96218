import type { Family } from '../../address/ip.ts';
import { bitsOf, contains, parsePrefix } from '../../address/prefix.ts';
import { familyOf } from '../../address/ip.ts';
import type { Test } from '../logic.ts';
import { readProtocol } from './protocol-names.ts';

/** An option of the rule itself. */
export interface Basic {
  readonly name: string;
  /** How many values it takes. */
  readonly values: 0 | 1;
  /** `undefined` where the value is not understood. */
  readonly read: (value: string, negated: boolean, family: Family) => Test | undefined;
}

function address(side: 'src' | 'dst'): Basic['read'] {
  return (value, negated, family) => {
    const prefix = parsePrefix(value);
    if (prefix === undefined || familyOf(prefix.address) !== family) return undefined;
    const { address: only } = prefix;
    if (prefix.length === bitsOf(family)) return ({ packet }) => (packet[side] === only) !== negated;
    return ({ packet }) => contains(prefix, packet[side]) !== negated;
  };
}

/** Of a device: IFNAMSIZ less the zero behind it. */
export const LONGEST_NAME = 15;

/** A name, or with `+` at its end what names begin with. */
export function deviceNamed(pattern: string): (name: string) => boolean {
  if (!pattern.endsWith('+')) return (name) => name === pattern;
  const start = pattern.slice(0, -1);
  return (name) => name.startsWith(start);
}

function device(side: 'iif' | 'oif'): Basic['read'] {
  return (value, negated) => {
    if (value === '' || value.length > LONGEST_NAME) return undefined;
    const fits = deviceNamed(value);
    return (context) => fits(context[side]) !== negated;
  };
}

/** The options that belong to the rule itself, by flag. */
export const BASICS: ReadonlyMap<string, Basic> = new Map<string, Basic>([
  ['-s', { name: 'source', values: 1, read: address('src') }],
  ['-d', { name: 'destination', values: 1, read: address('dst') }],
  ['-i', { name: 'in-interface', values: 1, read: device('iif') }],
  ['-o', { name: 'out-interface', values: 1, read: device('oif') }],
  [
    '-p',
    {
      name: 'protocol',
      values: 1,
      read: (value, negated) => {
        if (value === 'all' || value === '0') return () => !negated;
        const protocol = readProtocol(value);
        return protocol === undefined ? undefined : ({ packet }) => (packet.protocol === protocol) !== negated;
      },
    },
  ],
  // The second and later fragments of a packet: the model has none.
  ['-f', { name: 'fragment', values: 0, read: (_value, negated, family) => (family === 4 ? () => negated : undefined) }],
]);
