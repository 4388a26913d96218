import { type Family, familyOf } from '../address/ip.ts';
import { type Prefix, bitsOf, parsePrefix, prefix } from '../address/prefix.ts';
import type { PolicyRule, PortRange, RuleAction } from '../namespace/route.ts';
import { parseProtocol } from '../packet/protocol.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Fields, has, integer, parseInteger, text } from './fields.ts';
import { type Item, readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';
import { readTos } from './tos.ts';

/** Keys that are modelled, or have no meaning for a packet. Any other is a selector that we don't know. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    'priority not src srclen dst dstlen iif iif_detached oif oif_detached fwmark fwmask tos ipproto sport sport_start sport_end sport_mask ' +
    'dport dport_start dport_end dport_mask uid_start uid_end table action goto unresolved nop suppress_prefixlen suppress_prefixlength ' +
    'suppress_ifgroup protocol flow_from flow_to'
  ).split(' '),
);

/**
 * `ip -4|-6 -j -d rule`. `vrfTable` is the table of a VRF device of the namespace, `undefined` where it has none: an `l3mdev` rule
 * can't match then.
 */
export function parseRules(dump: NamespaceDump, family: Family, vrfTable: string | undefined): Parsed<readonly PolicyRule[]> {
  const items = readItems(dump, family === 4 ? 'ip-rule-4' : 'ip-rule-6', 'rules');
  const gaps = [...items.gaps];
  const value: PolicyRule[] = [];
  for (const item of items.value) {
    const rule = readRule(item, family, vrfTable);
    if (typeof rule === 'string') gaps.push(unreadableItem('rules', item, rule));
    else value.push(rule);
  }
  return { value, gaps };
}

/** The rule, or what of it can't be read. */
function readRule({ fields, source }: Item, family: Family, vrfTable: string | undefined): PolicyRule | string {
  const priority = integer(fields, 'priority');
  if (priority === undefined) return 'a rule without a priority';
  const action = readAction(fields, vrfTable);
  if (action === undefined) return 'a rule whose action is not known';
  const bad: string[] = Object.keys(fields).filter((key) => !KNOWN.has(key) && key !== 'l3mdev');
  const read = <T>(key: string, parse: (value: string) => T | undefined): T | undefined => {
    const value = text(fields, key);
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed === undefined && has(fields, key)) bad.push(key);
    return parsed;
  };
  const address = (key: string, length: string): Prefix | undefined => {
    const value = text(fields, key);
    return value === 'all' || value === 'default'
      ? undefined
      : read(key, (it) => selector(it, has(fields, length) ? integer(fields, length) : undefined, family));
  };
  const range = (key: string): PortRange | undefined => {
    const from = integer(fields, key) ?? integer(fields, `${key}_start`);
    const to = integer(fields, key) ?? integer(fields, `${key}_end`);
    // iproute2 6.15 prints `dport 80` as `"dport":80,"dport_mask":"0xffff"`.
    if (has(fields, `${key}_mask`) && integer(fields, `${key}_mask`) !== 0xffff) bad.push(`${key}_mask`);
    if (from !== undefined && to !== undefined) return { from, to };
    if (has(fields, key) || has(fields, `${key}_start`) || has(fields, `${key}_end`)) bad.push(key);
    return undefined;
  };
  const isL3mdev = has(fields, 'l3mdev');
  if (isL3mdev && vrfTable !== undefined) bad.push('l3mdev');
  const fwmark = read('fwmark', parseInteger);
  const fwmask = read('fwmask', parseInteger);
  const tos = readTos(fields);
  if (tos === undefined) bad.push('tos');
  return {
    family,
    priority,
    not: has(fields, 'not'),
    from: address('src', 'srclen'),
    to: address('dst', 'dstlen'),
    iif: read('iif', (it) => it),
    oif: read('oif', (it) => it),
    fwmark: fwmark === undefined ? undefined : { value: fwmark, mask: fwmask ?? 0xffffffff },
    tos: tos === 0 ? undefined : tos,
    protocol: read('ipproto', readProtocol),
    sport: range('sport'),
    dport: range('dport'),
    uid: range('uid'),
    detached: has(fields, 'iif_detached') || has(fields, 'oif_detached') || (isL3mdev && vrfTable === undefined),
    action,
    // Last: the selectors above add to it.
    unsupported: bad.length === 0 ? undefined : bad.join(', '),
    source,
  };
}

function readAction(fields: Fields, vrfTable: string | undefined): RuleAction | undefined {
  const target = integer(fields, 'goto');
  if (target !== undefined) return { kind: 'goto', priority: target };
  if (has(fields, 'nop')) return { kind: 'nop' };
  const table = text(fields, 'table') ?? (has(fields, 'l3mdev') ? (vrfTable ?? 'main') : undefined);
  if (table !== undefined)
    return {
      kind: 'lookup',
      table,
      suppressPrefixLength: integer(fields, 'suppress_prefixlen') ?? integer(fields, 'suppress_prefixlength'),
      suppressGroup: text(fields, 'suppress_ifgroup'),
    };
  const action = text(fields, 'action');
  return action === 'blackhole' || action === 'unreachable' || action === 'prohibit'
    ? { kind: action }
    : action === 'nop'
      ? { kind: 'nop' }
      : undefined;
}

function selector(value: string, length: number | undefined, family: Family): Prefix | undefined {
  const parsed = parsePrefix(value);
  if (parsed === undefined || familyOf(parsed.address) !== family) return undefined;
  if (length === undefined) return parsed;
  return length <= bitsOf(family) ? prefix(parsed.address, length) : undefined;
}

/** A name, or `ipproto-99` for a number without one. */
function readProtocol(value: string): number | undefined {
  return parseProtocol(value.replace(/^ipproto-/, ''));
}
