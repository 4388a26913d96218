import { type Family, type Ip, familyOf } from '../address/ip.ts';
import { contains } from '../address/prefix.ts';
import { conf, isKernelSince, linkByName } from '../namespace/lookup.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Nexthop, PolicyRule, Route } from '../namespace/route.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import type { Source } from '../source.ts';
import { addressType, candidates } from './fib.ts';

/** What the policy rules and tables are asked with (linux: `struct flowi4`). */
export interface Flow {
  readonly dst: Ip;
  /** 0 (or ::) for a socket that has no address yet. */
  readonly src: Ip;
  /** The in-device; `lo` for what is made here. */
  readonly iif: string;
  /** SO_BINDTODEVICE only. */
  readonly oif?: string | undefined;
  readonly mark: number;
  readonly tos: number;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
  readonly uid: number;
}

export type Lookup =
  | { readonly kind: 'route'; readonly route: Route; readonly nexthop: Nexthop | undefined; readonly evidence: readonly Source[] }
  /** `nothing`: the rules came to their end. `by` tells an unreachable rule from an unreachable route: they answer differently. */
  | {
      readonly kind: 'refused';
      readonly type: 'nothing' | 'blackhole' | 'unreachable' | 'prohibit';
      readonly by: 'rule' | 'route' | 'end';
      readonly evidence: readonly Source[];
    };

/**
 * Route lookup through the policy rules (linux: `fib_rules_lookup`). Where a selector or a route is not modelled the chooser decides,
 * and the answer is *unknown* unless all ways end alike.
 */
export function lookup(ns: NetworkNamespace, flow: Flow, chooser: Chooser): Lookup {
  const family = familyOf(flow.dst);
  let floor = -1;
  for (const rule of ns.rules) {
    if (rule.family !== family || rule.priority < floor) continue;
    if (!matches(rule, flow, chooser)) continue;
    switch (rule.action.kind) {
      case 'nop':
        continue;
      case 'goto': {
        const target = rule.action.priority;
        if (ns.rules.some((other) => other.family === family && other.priority === target)) floor = target;
        continue;
      }
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
        return { kind: 'refused', type: rule.action.kind, by: 'rule', evidence: [rule.source] };
      case 'lookup': {
        const found = lookupTable(ns, family, rule.action.table, flow, chooser);
        if (found === undefined) continue;
        if (found.kind === 'route' && isSuppressed(ns, found, rule.action)) continue;
        // The three rules that every namespace has explain nothing.
        const evidence = isDefault(rule) ? found.evidence : [rule.source, ...found.evidence];
        return { ...found, evidence };
      }
      default:
        rule.action satisfies never;
    }
  }
  return { kind: 'refused', type: 'nothing', by: 'end', evidence: [] };
}

/** linux: `fib_rule_suppress` */
function isSuppressed(
  ns: NetworkNamespace,
  { route, nexthop }: Extract<Lookup, { kind: 'route' }>,
  { suppressPrefixLength, suppressGroup }: Extract<PolicyRule['action'], { kind: 'lookup' }>,
): boolean {
  if (suppressPrefixLength !== undefined && (route.destination.length ?? 0) <= suppressPrefixLength) return true;
  return suppressGroup !== undefined && linkByName(ns, nexthop?.dev ?? '')?.group === suppressGroup;
}

function isDefault(rule: PolicyRule): boolean {
  return rule.priority === 0 || rule.priority === 32766 || rule.priority === 32767;
}

function matches(rule: PolicyRule, flow: Flow, chooser: Chooser): boolean {
  if (rule.detached) return false;
  const fits =
    (rule.from === undefined || contains(rule.from, flow.src)) &&
    (rule.to === undefined || contains(rule.to, flow.dst)) &&
    (rule.iif === undefined || rule.iif === flow.iif) &&
    (rule.oif === undefined || rule.oif === flow.oif) &&
    (rule.fwmark === undefined || (flow.mark & rule.fwmark.mask) >>> 0 === rule.fwmark.value >>> 0) &&
    (rule.tos === undefined || (flow.tos & 0x1c) === rule.tos) &&
    (rule.protocol === undefined || rule.protocol === flow.protocol) &&
    (rule.sport === undefined || (flow.sport >= rule.sport.from && flow.sport <= rule.sport.to)) &&
    (rule.dport === undefined || (flow.dport >= rule.dport.from && flow.dport <= rule.dport.to)) &&
    (rule.uid === undefined || (flow.uid >= rule.uid.from && flow.uid <= rule.uid.to));
  if (fits && rule.unsupported !== undefined)
    return chooser.unknown(`ip rule: ${rule.unsupported}`, [rule.source], [false, true]) !== rule.not;
  return fits !== rule.not;
}

/** The best usable route of one table; `undefined` where it has none (or says `throw`), and the next rule is asked. */
function lookupTable(ns: NetworkNamespace, family: Family, table: string, flow: Flow, chooser: Chooser): Lookup | undefined {
  for (const route of candidates(ns, family, table, flow.dst, flow.tos)) {
    const evidence = [route.source];
    if (route.unsupported !== undefined && !chooser.unknown(`route: ${route.unsupported}`, evidence, [true, false])) continue;
    switch (route.type) {
      case 'throw':
        return undefined;
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
        return { kind: 'refused', type: route.type, by: 'route', evidence };
      case 'unknown':
        if (!chooser.unknown('route of a type that is not modelled', evidence, [true, false])) continue;
        return { kind: 'route', route, nexthop: route.nexthops[0], evidence };
      default: {
        const usable = route.nexthops.filter((nexthop) => isUsable(ns, nexthop, flow));
        if (usable.length === 0 && route.nexthops.length > 0) continue;
        const nexthop = usable.length > 1 ? chooser.pick(preferred(ns, route, usable, flow), (hop) => hop.weight) : usable[0];
        return { kind: 'route', route, nexthop: nexthop === undefined ? undefined : onLink(ns, nexthop), evidence };
      }
    }
  }
  return undefined;
}

/** An IPv4 gateway that is our own address is none: the destination itself is on the link (linux: `fib_check_nh`, scope host). */
function onLink(ns: NetworkNamespace, nexthop: Nexthop): Nexthop {
  return typeof nexthop.via === 'number' && addressType(ns, nexthop.via) === 'local' ? { ...nexthop, via: undefined } : nexthop;
}

function isUsable(ns: NetworkNamespace, nexthop: Nexthop, flow: Flow): boolean {
  if (nexthop.dead) return false;
  if (flow.oif !== undefined && nexthop.dev !== flow.oif) return false;
  return !(nexthop.linkdown && conf.or(ns, nexthop.dev ?? '', 'ignore_routes_with_linkdown'));
}

/**
 * IPv4: since Linux 6.16 a fixed source address takes a next hop whose device has that address, where there is one; those of next hop
 * objects are taken by their hash alone (linux: `fib_select_multipath`). A dump that does not tell its kernel may be of either kind.
 */
function preferred(ns: NetworkNamespace, route: Route, nexthops: readonly Nexthop[], flow: Flow): readonly Nexthop[] {
  if (typeof flow.dst === 'bigint' || route.byObject === true || isKernelSince(ns, 6, 16) !== true) return nexthops;
  const own = nexthops.filter(
    (nexthop) => linkByName(ns, nexthop.dev ?? '')?.addresses.some((address) => address.ip === flow.src) === true,
  );
  return own.length > 0 ? own : nexthops;
}
