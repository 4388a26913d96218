import type { Family, Ip } from '../address/ip.ts';
import type { Source } from '../source.ts';

/** What one dimension of an element is. `bare-port`: without a protocol, TCP and UDP alike. */
export type Part = 'ip' | 'net' | 'port' | 'bare-port' | 'iface' | 'mac' | 'mark';

/** The parts of each type's elements, in the order of the flags of a rule. `list:set` has none: its elements are sets. */
export const SET_TYPES: ReadonlyMap<string, readonly Part[]> = new Map<string, readonly Part[]>([
  ['bitmap:ip', ['ip']],
  ['bitmap:ip,mac', ['ip', 'mac']],
  ['bitmap:port', ['bare-port']],
  ['hash:ip', ['ip']],
  ['hash:ip,mac', ['ip', 'mac']],
  ['hash:ip,mark', ['ip', 'mark']],
  ['hash:ip,port', ['ip', 'port']],
  ['hash:ip,port,ip', ['ip', 'port', 'ip']],
  ['hash:ip,port,net', ['ip', 'port', 'net']],
  ['hash:mac', ['mac']],
  ['hash:net', ['net']],
  ['hash:net,iface', ['net', 'iface']],
  ['hash:net,net', ['net', 'net']],
  ['hash:net,port', ['net', 'port']],
  ['hash:net,port,net', ['net', 'port', 'net']],
  ['list:set', []],
]);

/** Types that belong to no IP version. */
export const FAMILYLESS: ReadonlySet<string> = new Set(['bitmap:port', 'hash:mac', 'list:set']);

/** A set of ipset, as `ipset save` prints it. */
export interface IpSet {
  readonly name: string;
  readonly type: string;
  readonly family: Family | undefined;
  readonly parts: readonly Part[];
  /** `netmask` or `bitmask`: what is left of an address before it is stored or looked up. */
  readonly mask: Ip | undefined;
  readonly markMask: number;
  readonly counters: boolean;
  /** Longest prefixes first. */
  readonly levels: readonly Level[];
  /** `list:set`: the names of its members, in their order. */
  readonly members: readonly string[];
  /** An element or a type that can't be read: what the set holds is then unknown. */
  readonly unreadable: string | undefined;
  readonly source: Source;
}

/** The elements whose prefixes are equally long, one length for each part that is a net. */
export interface Level {
  readonly lengths: readonly number[];
  /** By {@link keyOf} of all parts but interface and MAC address. */
  readonly elements: ReadonlyMap<SetKey, readonly SetElement[]>;
}

/** What of an element its key does not say. */
export interface SetElement {
  /** An exception: the address is *not* in the set. */
  readonly nomatch: boolean;
  readonly iface: { readonly name: string; readonly physdev: boolean; readonly wildcard: boolean } | undefined;
  readonly mac: string | undefined;
  /** What `SET --map-set` gives the packet. */
  readonly skbmark: { readonly value: number; readonly mask: number } | undefined;
}

export type SetKey = Ip | string;

export function keyOf(values: readonly SetKey[]): SetKey {
  const only = values[0];
  return only !== undefined && values.length === 1 ? only : values.join(' ');
}
