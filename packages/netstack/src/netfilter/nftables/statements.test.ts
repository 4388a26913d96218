import { describe, expect, test } from '@jest/globals';
import { parseIp } from '../../address/ip.ts';
import { context } from '../__fixtures__/context.ts';
import type { MatchContext } from '../model.ts';
import { type Given, end, holds, rulesetOf, walk } from './__fixtures__/ruleset.ts';

const ip = (text: string) => parseIp(text) ?? 0;
const match = (left: unknown, right: unknown, op = '==') => ({ match: { op, left, right } });
const saddr = { payload: { protocol: 'ip', field: 'saddr' } };
const dport = { payload: { protocol: 'tcp', field: 'dport' } };
const mark = { meta: { key: 'mark' } };
const fitting = match(dport, 80);
const strange = match({ osf: { key: 'name' } }, 'Linux');
const setMark = (value: unknown) => ({ mangle: { key: mark, value } });
const goTo = (target: string) => ({ goto: { target } });
const drop = { drop: null };
const accept = { accept: null };
const numgen = (mod: number) => ({ numgen: { mode: 'random', mod, offset: 0 } });
const six = context({ packet: { src: ip('fd00::2'), dst: ip('fd00::3') } });
const echo = context({ packet: { protocol: 1, sport: 7, dport: 0, tcpFlags: 0, icmp: { type: 8, code: 0 } } });
const raw = context({ tracking: { state: 'INVALID', entry: undefined, direction: 'original' } });

type Rules = readonly (readonly unknown[])[];

describe('a rule runs from left to right', () => {
  test.each<[why: string, rules: Rules, verdict: string, mark: number]>([
    ['a verdict decides', [[fitting, drop], [accept]], 'drop', 0],
    ['an accept ends the chain', [[accept], [drop]], 'accept', 0],
    ['a condition that fails ends the rule', [[match(dport, 81), drop]], 'accept', 0],
    ['a condition behind a condition', [[fitting, match(saddr, '10.9.9.9'), drop]], 'accept', 0],
    ['what was done before a condition fails stays done', [[setMark(5), match(dport, 81), drop]], 'accept', 5],
    ['what stands behind sees it', [[setMark(5), match(mark, 5), drop]], 'drop', 5],
    ['a later rule sees it', [[setMark(5)], [match(mark, 5), drop]], 'drop', 5],
    ['continue is nothing', [[setMark(5), { continue: null }], [drop]], 'drop', 5],
    ['a mark and a verdict', [[setMark({ '|': [mark, 0x4000] }), accept], [drop]], 'accept', 0x4000],
    ['a mark turned over', [[setMark(0x4001)], [setMark({ '^': [mark, 0x4000] })]], 'accept', 1],
    ['a mark from a map', [[setMark({ map: { key: dport, data: { set: [[80, 7]] } } })]], 'accept', 7],
    ['a map without that key ends the rule', [[setMark({ map: { key: dport, data: { set: [[81, 7]] } } }), drop]], 'accept', 0],
    ['a mark from what is not there ends the rule', [[setMark({ meta: { key: 'skuid' } }), drop]], 'accept', 0],
    [
      'counting, logging, tracing',
      [[{ counter: 'x' }, { log: { group: 2 } }, { mangle: { key: { meta: { key: 'nftrace' } }, value: 1 } }, drop]],
      'drop',
      0,
    ],
    ['a rule without a verdict', [[fitting, { counter: null }]], 'accept', 0],
    ['a rule with nothing in it', [[]], 'accept', 0],
  ])('%s', (_why, rules, verdict, expected) => {
    const result = end(walk(rules));
    expect([result.verdict.kind, result.packet.mark]).toEqual([verdict, expected]);
  });

  test('each rule that acted is evidence once', () => {
    const { evidence } = end(walk([[setMark(1), setMark(2), accept]]));
    expect(evidence).toEqual([expect.objectContaining({ artifact: 'n/nft', pointer: '/nftables/2' })]);
  });

  test('an unknown condition in front of an action is asked about once, and the rest of the rule is walked', () => {
    expect(walk([[strange, setMark(1), fitting, drop]])).toMatchObject({
      kind: 'unknown',
      construct: expect.stringContaining('osf'),
      branches: [
        { kind: 'end', value: { verdict: { kind: 'drop' } } },
        { kind: 'end', value: { verdict: { kind: 'accept' } } },
      ],
    });
  });

  test('the rest of a rule is walked behind an unknown statement that lets it', () => {
    const ways = walk([[{ frobnicate: 1 }, drop], [accept]]);
    expect(ways.kind === 'unknown' ? ways.branches.map((way) => end(way).verdict.kind) : []).toEqual(['drop', 'accept', 'drop', 'unknown']);
  });

  test('a jump comes back to the next rule, a goto to where the jump came from', () => {
    const chains = { sub: [[goTo('deep')], [drop]], deep: [[{ return: null }], [drop]] };
    expect(end(walk([[{ jump: { target: 'sub' } }], [setMark(9)]], { chains })).packet.mark).toBe(9);
  });
});

describe('a map of verdicts', () => {
  const key = {
    concat: [
      { payload: { protocol: 'ip', field: 'daddr' } },
      { meta: { key: 'l4proto' } },
      { payload: { protocol: 'th', field: 'dport' } },
    ],
  };
  const services = (...elem: readonly unknown[]): Given => ({
    declared: [{ map: { name: 'm', type: ['ipv4_addr', 'inet_proto', 'inet_service'], map: 'verdict', elem } }],
    chains: { svc: [[drop]] },
  });
  const element = [{ concat: ['10.0.0.3', 'tcp', 80] }, goTo('svc')];
  const vmap = [{ vmap: { key, data: '@m' } }];

  test('leads where its element says, and the element is evidence', () => {
    const result = end(walk([vmap], services(element)));
    expect(result.verdict.kind).toBe('drop');
    expect(result.evidence.map((source) => ('pointer' in source ? source.pointer : ''))).toEqual([
      '/nftables/1/map/elem/0',
      '/nftables/4',
      '/nftables/5',
    ]);
  });

  test.each<[why: string, elem: readonly unknown[], packet: MatchContext, verdict: string]>([
    ['no such element: the next rule', [[{ concat: ['10.0.0.3', 'udp', 80] }, drop]], context(), 'accept'],
    ['an element with a comment', [[{ elem: { val: { concat: ['10.0.0.3', 'tcp', 80] }, comment: 'x' } }, drop]], context(), 'drop'],
    ['the element for all others', [element, ['*', drop]], context({ packet: { dport: 81 } }), 'drop'],
    ['a ping has no port, and no element is for its protocol', [element], echo, 'accept'],
    ['an IPv6 packet in a map of IPv4 addresses', [element, ['*', drop]], six, 'accept'],
  ])('%s', (_why, elem, packet, verdict) => {
    expect(end(walk([vmap], services(...elem), packet)).verdict.kind).toBe(verdict);
  });

  test('an element that is not understood makes what is not found unknown, and is told', () => {
    const given = services(['?', drop]);
    expect(walk([vmap], given).kind).toBe('unknown');
    expect(rulesetOf([vmap], given).gaps).toEqual([
      expect.objectContaining({ kind: 'unsupported', source: expect.objectContaining({ pointer: '/nftables/1/map/elem/0' }) }),
    ]);
  });

  test('a random number forks, equal verdicts are one way', () => {
    const data = {
      set: [
        [0, goTo('svc')],
        [{ range: [1, 2] }, accept],
      ],
    };
    expect(walk([[{ vmap: { key: numgen(3), data } }]], services())).toMatchObject({
      kind: 'chance',
      branches: [
        { probability: 1 / 3, ways: { kind: 'end', value: { verdict: { kind: 'drop' } } } },
        { probability: 2 / 3, ways: { kind: 'end', value: { verdict: { kind: 'accept' } } } },
      ],
    });
  });

  test('an unknown key leads to every verdict that there is', () => {
    const data = {
      set: [
        [0, drop],
        [1, accept],
      ],
    };
    const ways = walk([[{ vmap: { key: { meta: { key: 'cpu' } }, data } }], [setMark(3)]]);
    expect(ways.kind === 'unknown' ? ways.branches.map((way) => [end(way).verdict.kind, end(way).packet.mark]) : []).toEqual([
      ['drop', 0],
      ['accept', 0],
      ['accept', 3],
    ]);
  });

  test('ten thousand elements are looked up, not scanned', () => {
    const elem = Array.from({ length: 10_000 }, (_, i) => [{ concat: [`10.96.${String(i >> 8)}.${String(i & 255)}`, 'tcp', 80] }, drop]);
    const packet = context({ packet: { dst: ip('10.96.39.15') } });
    const { table } = rulesetOf([vmap], services(...elem));
    const apply = table.chains.get('c')?.rules[0]?.target?.apply;
    expect(apply?.(packet)).toMatchObject({ kind: 'drop', by: { pointer: '/nftables/1/map/elem/9999' } });
  });
});

describe('translation', () => {
  const nat: Given = { family: 'ip', chain: { type: 'nat', hook: 'prerouting', prio: -100 } };
  const inet: Given = { ...nat, family: 'inet' };
  const range = (from: string, to = from) => ({ from: ip(from), to: ip(to) });
  const one = { manip: 'destination', kind: 'range', random: false, persistent: false };
  test.each<[why: string, statement: unknown, request: object, given?: Given]>([
    [
      'to an address and a port',
      { dnat: { addr: '10.1.0.1', port: 8080 } },
      { ...one, addresses: range('10.1.0.1'), ports: { from: 8080, to: 8080 } },
      nat,
    ],
    ['to a port', { dnat: { port: 81 } }, { ...one, addresses: undefined, ports: { from: 81, to: 81 } }, nat],
    [
      'to ranges, at random',
      { dnat: { family: 'ip', addr: { range: ['10.1.0.1', '10.1.0.9'] }, port: { range: [80, 90] }, flags: ['random', 'persistent'] } },
      { ...one, addresses: range('10.1.0.1', '10.1.0.9'), ports: { from: 80, to: 90 }, random: true, persistent: true },
      inet,
    ],
    [
      'to a network',
      { dnat: { addr: { prefix: { addr: '10.1.0.0', len: 24 } } } },
      { ...one, addresses: range('10.1.0.0', '10.1.0.255') },
      nat,
    ],
    [
      'from network to network',
      { dnat: { addr: { prefix: { addr: '10.1.0.0', len: 24 } }, flags: 'netmap' } },
      { manip: 'destination', kind: 'netmap', network: ip('10.1.0.0'), mask: ip('255.255.255.0') },
      nat,
    ],
    [
      'to what a map has',
      { dnat: { addr: { map: { key: dport, data: { set: [[80, '10.1.0.7']] } } } } },
      { ...one, addresses: range('10.1.0.7') },
      nat,
    ],
    [
      'to what a map has, address and port',
      { dnat: { addr: { map: { key: dport, data: '@m' } } } },
      { ...one, addresses: range('10.1.0.7'), ports: { from: 8080, to: 8080 } },
      {
        ...nat,
        declared: [
          { map: { name: 'm', type: 'inet_service', map: 'ipv4_addr . inet_service', elem: [[80, { concat: ['10.1.0.7', 8080] }]] } },
        ],
      },
    ],
    [
      'to the network that a map has',
      {
        dnat: {
          addr: { map: { key: { payload: { protocol: 'ip', field: 'daddr' } }, data: '@m' } },
          flags: 'netmap',
          type_flags: 'prefix',
        },
      },
      { manip: 'destination', kind: 'netmap', network: ip('10.1.0.0'), mask: ip('255.255.255.0') },
      {
        ...nat,
        declared: [
          {
            map: {
              name: 'm',
              type: 'ipv4_addr',
              map: 'ipv4_addr',
              elem: [[{ prefix: { addr: '10.0.0.0', len: 24 } }, { prefix: { addr: '10.1.0.0', len: 24 } }]],
            },
          },
        ],
      },
    ],
    ['of the source', { snat: { addr: '10.1.0.1' } }, { ...one, manip: 'source', addresses: range('10.1.0.1') }, nat],
    [
      'to the own address',
      { masquerade: { flags: 'fully-random' } },
      { manip: 'source', kind: 'masquerade', ports: undefined, random: true },
      nat,
    ],
    [
      'to the own address and some ports',
      { masquerade: { port: { range: [1024, 2000] } } },
      { manip: 'source', kind: 'masquerade', ports: { from: 1024, to: 2000 }, random: false },
      nat,
    ],
    ['to this host', { redirect: null }, { manip: 'destination', kind: 'redirect', ports: undefined, random: false }, nat],
    [
      'to this host and a port',
      { redirect: { port: 53 } },
      { manip: 'destination', kind: 'redirect', ports: { from: 53, to: 53 }, random: false },
      nat,
    ],
    [
      'to this host and a port by a map',
      { redirect: { port: { map: { key: dport, data: { set: [[80, 8080]] } } } } },
      { manip: 'destination', kind: 'redirect', ports: { from: 8080, to: 8080 }, random: false },
      nat,
    ],
  ])('%s', (_why, statement, request, given = {}) => {
    expect(end(walk([[statement], [drop]], given)).verdict).toMatchObject({ kind: 'nat', request });
  });

  test('a statement for the other family is passed by, in an inet table', () => {
    expect(end(walk([[{ dnat: { family: 'ip', addr: '10.1.0.1' } }], [drop]], inet, six)).verdict.kind).toBe('drop');
  });

  test('a map without that key leaves the packet to the next rule', () => {
    const statement = { dnat: { addr: { map: { key: dport, data: { set: [[81, '10.1.0.7']] } } } } };
    expect(end(walk([[statement], [drop]], nat)).verdict.kind).toBe('drop');
  });

  test('a random number chooses the backend', () => {
    const data = {
      set: [
        [0, { concat: ['10.1.0.1', 80] }],
        [1, { concat: ['10.1.0.2', 81] }],
      ],
    };
    expect(walk([[{ dnat: { addr: { map: { key: numgen(2), data } } } }]], nat)).toMatchObject({
      kind: 'chance',
      branches: [
        { probability: 0.5, ways: { value: { verdict: { request: { addresses: range('10.1.0.1'), ports: { from: 80 } } } } } },
        { probability: 0.5, ways: { value: { verdict: { request: { addresses: range('10.1.0.2'), ports: { from: 81 } } } } } },
      ],
    });
  });
});

describe('reject', () => {
  const icmp = (type: number, code: number) => ({ kind: 'reject', with: { kind: 'icmp', type, code } });
  const passed = { kind: 'accept' };
  test.each<[why: string, content: unknown, packet: MatchContext, verdict: object]>([
    ['with nothing said', null, context(), icmp(3, 3)],
    ['with nothing said, IPv6', null, six, icmp(1, 4)],
    ['for both families', { type: 'icmpx', expr: 'admin-prohibited' }, context(), icmp(3, 13)],
    ['for both families, IPv6', { type: 'icmpx', expr: 'host-unreachable' }, six, icmp(1, 3)],
    ['for IPv4', { type: 'icmp', expr: 'host-prohibited' }, context(), icmp(3, 10)],
    ['for IPv4, and it is IPv6', { type: 'icmp', expr: 'host-prohibited' }, six, passed],
    ['for IPv6', { type: 'icmpv6', expr: 'no-route' }, six, icmp(1, 0)],
    ['for IPv6, and it is IPv4', { type: 'icmpv6', expr: 'no-route' }, context(), passed],
    ['a reset', { type: 'tcp reset' }, context(), { kind: 'reject', with: { kind: 'tcp-reset' } }],
    ['a reset of what is not TCP', { type: 'tcp reset' }, echo, passed],
  ])('%s', (_why, content, packet, verdict) => {
    expect(end(walk([[{ reject: content }]], {}, packet)).verdict).toEqual(verdict);
  });
});

describe('what a packet meets once', () => {
  test.each<[why: string, statement: unknown, packet: MatchContext, answer: boolean | 'unknown', given: Given]>([
    ['a limit', { limit: { rate: 10, per: 'second' } }, context(), true, {}],
    ['over a limit', { limit: { rate: 10, per: 'second', inv: true } }, context(), false, {}],
    ['a limit by its name', { limit: 'l' }, context(), false, { declared: [{ limit: { name: 'l', rate: 10, inv: true } }] }],
    ['a limit that is not there', { limit: 'l' }, context(), 'unknown', {}],
    ['over a quota', { quota: { val: 10, val_unit: 'mbytes', inv: true } }, context(), false, {}],
    [
      'over a quota that is used up',
      { quota: 'q' },
      context(),
      true,
      { declared: [{ quota: { name: 'q', bytes: 1000, used: 1000, inv: true } }] },
    ],
    ['more connections than', { 'ct count': { val: 20, inv: true } }, context(), false, {}],
    ['up to that many connections', { 'ct count': { val: 20 } }, context(), true, {}],
    ['connections without tracking', { 'ct count': { val: 20 } }, raw, 'unknown', {}],
    ['it is added to a set', { set: { op: 'update', elem: saddr, set: '@s' } }, context(), true, {}],
    ['it has nothing to add', { set: { op: 'add', elem: saddr, set: '@s' } }, six, false, {}],
    [
      'a limit of each element',
      { set: { op: 'add', elem: { elem: { val: saddr, timeout: 5 } }, set: '@s', stmt: [{ limit: { rate: 5, inv: true } }] } },
      context(),
      false,
      {},
    ],
    ['the segment size of TCP', { mangle: { key: { 'tcp option': { name: 'maxseg', field: 'size' } }, value: 1360 } }, context(), true, {}],
  ])('%s', (_why, statement, packet, answer, given) => {
    expect(holds(statement, given, packet)).toBe(answer);
  });
});

describe('other statements', () => {
  test('the mark of the connection', () => {
    const statement = { mangle: { key: { ct: { key: 'mark' } }, value: { '|': [{ ct: { key: 'mark' } }, 0x10] } } };
    expect(end(walk([[statement, match({ ct: { key: 'mark' } }, 0x10), drop]]))).toMatchObject({
      verdict: { kind: 'drop' },
      connectionMark: 0x10,
    });
    expect(end(walk([[statement]], {}, raw)).connectionMark).toBeUndefined();
  });

  test('a connection mark that can not be read ends the rule, one that can not be set does not', () => {
    const statement = (value: unknown) => ({ mangle: { key: { ct: { key: 'mark' } }, value } });
    expect(end(walk([[statement(1), drop]], {}, raw)).verdict.kind).toBe('drop');
    expect(end(walk([[setMark({ ct: { key: 'mark' } }), drop]], {}, raw)).verdict.kind).toBe('accept');
  });

  test('no tracking, once decided', () => {
    expect(end(walk([[{ notrack: null }, match({ ct: { key: 'state' } }, 'untracked', 'in'), drop]], {}, raw))).toMatchObject({
      notrack: true,
      verdict: { kind: 'drop' },
    });
    expect(end(walk([[{ notrack: null }]])).notrack).toBe(false);
  });

  test('header fields', () => {
    const set = (protocol: string, field: string, value: unknown) => ({ mangle: { key: { payload: { protocol, field } }, value } });
    expect(end(walk([[set('ip', 'dscp', 'cs1'), set('ip', 'ttl', 5)]])).packet).toMatchObject({ tos: 0x20, ttl: 5 });
    expect(end(walk([[set('ip6', 'hoplimit', 5), drop]])).verdict.kind).toBe('accept');
  });

  test('a queue is for a program to decide', () => {
    const ways = walk([[fitting, { queue: { num: 3, flags: 'bypass' } }]]);
    expect(ways.kind === 'unknown' ? ways.branches.map((way) => end(way).verdict.kind) : []).toEqual(['accept', 'drop']);
  });

  test('a transparent proxy that nobody runs', () => {
    expect(end(walk([[{ tproxy: { family: 'ip', port: 15001 } }, drop]])).verdict.kind).toBe('accept');
  });

  test.each([{ synproxy: { mss: 1460 } }, { fwd: { dev: 'eth0' } }, { xt: { type: 'match', name: 'recent' } }, 'drop'])(
    '%j is not modelled',
    (statement) => {
      expect(walk([[statement]]).kind).toBe('unknown');
    },
  );
});
