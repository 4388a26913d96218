import type { Family, Ip } from '../address/ip.ts';
import type { Prefix } from '../address/prefix.ts';
import type { Source } from '../source.ts';

export type RouteType =
  'unicast' | 'local' | 'broadcast' | 'multicast' | 'anycast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw' | 'unknown';

/** One entry of a routing table (`ip -j -d route show table all`). Tables go by the name that iproute2 prints: `main`, `local`, `100`. */
export interface Route {
  readonly family: Family;
  readonly table: string;
  readonly type: RouteType;
  readonly destination: Prefix;
  /** Several for a multipath route; one without `via` for a connected one; none for blackhole and its like. */
  readonly nexthops: readonly Nexthop[];
  /** Are they those of a next hop object (`nhid`)? */
  readonly byObject?: boolean;
  /** Lower wins. IPv4 prints none for 0. */
  readonly metric: number;
  readonly tos: number;
  readonly prefsrc: Ip | undefined;
  /** 0 global, 200 site, 253 link, 254 host. */
  readonly scope: number;
  /** The metric `mtu`, where the route has one. */
  readonly mtu: number | undefined;
  /** Who made it: `kernel`, `boot`, `static`, `bird`, … */
  readonly protocol: string;
  /** What of it is not modelled (an `encap`, a next hop object that is gone): using it is *unknown*. */
  readonly unsupported: string | undefined;
  readonly source: Source;
}

export interface Nexthop {
  readonly via: Ip | undefined;
  readonly dev: string | undefined;
  readonly weight: number;
  readonly onlink: boolean;
  readonly dead: boolean;
  readonly linkdown: boolean;
}

/** One entry of the policy database (`ip -j -d rule`). All selectors set must fit; `not` inverts the whole. */
export interface PolicyRule {
  readonly family: Family;
  readonly priority: number;
  readonly not: boolean;
  readonly from: Prefix | undefined;
  readonly to: Prefix | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly fwmark: { readonly value: number; readonly mask: number } | undefined;
  readonly tos: number | undefined;
  readonly protocol: number | undefined;
  readonly sport: PortRange | undefined;
  readonly dport: PortRange | undefined;
  readonly uid: { readonly from: number; readonly to: number } | undefined;
  /** `iif_detached`, `oif_detached`: names a device that does not exist and can't match. */
  readonly detached: boolean;
  readonly action: RuleAction;
  /** A selector that is not modelled (`l3mdev`, `dscp`, …): whether it matches is *unknown*. */
  readonly unsupported: string | undefined;
  readonly source: Source;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export type RuleAction =
  | {
      readonly kind: 'lookup';
      readonly table: string;
      readonly suppressPrefixLength: number | undefined;
      /** A route by a device of that group does not count. */
      readonly suppressGroup?: string | undefined;
    }
  | { readonly kind: 'goto'; readonly priority: number }
  | { readonly kind: 'nop' }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' };
