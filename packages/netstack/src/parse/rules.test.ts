import { describe, expect, test } from '@jest/globals';
import { formatPrefix } from '../address/prefix.ts';
import type { PolicyRule } from '../namespace/route.ts';
import { dumpOf, recorded } from './__fixtures__/dump.ts';
import { parseRules } from './rules.ts';

/** What is set of a rule, without its source. */
function set(rule: PolicyRule | undefined): unknown {
  if (rule === undefined) return undefined;
  const { source: _source, family: _family, from, to, ...rest } = rule;
  const prefixes = { ...(from && { from: formatPrefix(from) }), ...(to && { to: formatPrefix(to) }) };
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined && value !== false);
  return { ...prefixes, ...Object.fromEntries(entries) };
}

function ruleOf(rule: object, vrfTable?: string): unknown {
  return set(parseRules(dumpOf({ 'ip-rule-4': JSON.stringify([rule]) }), 4, vrfTable).value[0]);
}

const MAIN = { kind: 'lookup', table: 'main' };

describe('rules of a recorded namespace', () => {
  const recordedRules = parseRules(recorded('lab'), 4, undefined);
  const byPriority = new Map(recordedRules.value.map((rule) => [rule.priority, set(rule)]));

  test('all are read', () => {
    expect(recordedRules.gaps).toEqual([]);
    expect(recordedRules.value).toHaveLength(17);
  });

  test.each<[number, object]>([
    [0, { action: { kind: 'lookup', table: 'local' } }],
    [
      100,
      { from: '10.0.0.0/8', to: '10.1.0.0/16', iif: 'e0', fwmark: { value: 0x10, mask: 0xf0 }, action: { kind: 'lookup', table: '100' } },
    ],
    [101, { not: true, from: '10.2.3.4/32', action: { ...MAIN, suppressPrefixLength: 0 } }],
    [
      102,
      { oif: 'e0', protocol: 6, sport: { from: 80, to: 80 }, dport: { from: 1000, to: 2000 }, action: { kind: 'lookup', table: '200' } },
    ],
    [103, { tos: 0x10, uid: { from: 1000, to: 2000 }, action: { kind: 'blackhole' } }],
    [104, { iif: 'ghost0', detached: true, action: { kind: 'unreachable' } }],
    [105, { to: '10.9.0.0/16', action: { kind: 'prohibit' } }],
    [106, { action: { kind: 'goto', priority: 200 } }],
    [107, { action: { kind: 'goto', priority: 9000 } }],
    [201, { protocol: 99, action: { kind: 'lookup', table: '100' } }],
    [300, { action: { ...MAIN, suppressGroup: '5' } }],
    [301, { action: MAIN, unsupported: 'tun_id' }],
    [1000, { detached: true, action: MAIN }],
  ])('priority %i', (priority, expected) => {
    expect(byPriority.get(priority)).toMatchObject({ priority, ...expected });
    const { action: _action, ...selectors } = byPriority.get(priority) as { action: unknown };
    expect(Object.keys(selectors).sort()).toEqual([...Object.keys(expected).filter((key) => key !== 'action'), 'priority'].sort());
  });

  test('equal priorities keep the order of the dump', () => {
    expect(recordedRules.value.filter((rule) => rule.priority === 200).map((rule) => rule.action.kind)).toEqual(['nop', 'lookup']);
  });

  test('IPv6', () => {
    const rules = parseRules(recorded('lab'), 6, undefined).value;
    expect(set(rules[1])).toEqual({
      priority: 100,
      not: true,
      from: 'fd00::/8',
      to: 'fd00:1::1/128',
      fwmark: { value: 3, mask: 0xffffffff },
      action: { kind: 'lookup', table: '100', suppressPrefixLength: undefined },
    });
  });
});

describe('what is not understood is never a rule without a selector', () => {
  test.each<[string, object, string]>([
    ['a new selector', { dscp: '10' }, 'dscp'],
    ['a protocol without a number', { ipproto: 'wormhole' }, 'ipproto'],
    ['half a port range', { dport_start: 5 }, 'dport'],
    ['a mark that is no number', { fwmark: 'red' }, 'fwmark'],
    ['a source of the other family', { src: 'fd00::1' }, 'src'],
    ['a length beyond the address', { src: '10.0.0.0', srclen: 64 }, 'src'],
    ['a TOS without a number', { tos: 'sometimes' }, 'tos'],
    ['some bits of a port', { dport: 80, dport_mask: '0xfff0' }, 'dport_mask'],
  ])('%s', (_name, selector, unsupported) => {
    expect(ruleOf({ priority: 1, src: 'all', table: 'main', ...selector })).toMatchObject({ unsupported });
  });

  test('all bits of a port, as iproute2 6.15 prints them, and a realm, decide nothing more', () => {
    const rule = { priority: 1, src: 'all', dport: 80, dport_mask: '0xffff', flow_from: '3', flow_to: '4', table: 'main' };
    expect(ruleOf(rule)).toEqual({ priority: 1, dport: { from: 80, to: 80 }, action: MAIN });
  });

  test('l3mdev is unknown where there is a VRF', () => {
    expect(ruleOf({ priority: 1, src: 'all', l3mdev: null }, '77')).toMatchObject({ unsupported: 'l3mdev', action: { table: '77' } });
  });

  test.each([
    { src: 'all', table: 'main' },
    { priority: 1, src: 'all' },
    { priority: 1, action: 'teleport' },
  ])('%j is a gap', (rule) => {
    const parsed = parseRules(dumpOf({ 'ip-rule-4': JSON.stringify([rule]) }), 4, undefined);
    expect(parsed.value).toEqual([]);
    expect(parsed.gaps).toMatchObject([{ topic: 'rules', kind: 'malformed' }]);
  });
});
