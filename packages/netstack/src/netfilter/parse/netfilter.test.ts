import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Artifact, ArtifactName } from '../../parse/artifact.ts';
import { explore } from '../../trace/choices.ts';
import { context } from '../__fixtures__/context.ts';
import { artifact } from '../__fixtures__/rules.ts';
import { baseChains, tracksConnections } from '../hooks.ts';
import { walkChain } from '../walk-chain.ts';
import { parseNetfilter } from './netfilter.ts';

const EMPTY_NFT = '{"nftables": [{"metainfo": {"json_schema_version": 1}}]}';

function read(artifacts: Partial<Record<ArtifactName, Artifact | undefined>>) {
  const all: Partial<Record<ArtifactName, Artifact | undefined>> = {
    'iptables-legacy-save': artifact(''),
    'ip6tables-legacy-save': artifact(''),
    'iptables-nft-save': artifact(''),
    'ip6tables-nft-save': artifact(''),
    nft: artifact(EMPTY_NFT),
    ...artifacts,
  };
  const present = Object.entries(all).filter((entry): entry is [ArtifactName, Artifact] => entry[1] !== undefined);
  return parseNetfilter({ id: 'n', artifacts: new Map(present) });
}

function nft(...items: readonly unknown[]): Artifact {
  return artifact(JSON.stringify({ nftables: [{ metainfo: { json_schema_version: 1 } }, ...items] }));
}

const table = (family: string, name: string, more: object = {}) => ({ table: { family, name, handle: 1, ...more } });
const chain = (family: string, tableName: string, name: string, more: object = {}) => ({
  chain: { family, table: tableName, name, handle: 1, ...more },
});
const rule = (family: string, tableName: string, chainName: string, ...expr: readonly unknown[]) => ({
  rule: { family, table: tableName, chain: chainName, handle: 1, expr },
});
const BASE = { type: 'filter', hook: 'input', prio: 0, policy: 'accept' };
/** Nobody knows what that looks at. */
const STRANGE = { match: { op: '==', left: { osf: { key: 'name' } }, right: 'Linux' } };
const PORT = { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 22 } };

describe('an artifact that is not there, or not whole, is a gap of the whole topic and never an empty ruleset', () => {
  test.each<[why: string, name: ArtifactName, given: Artifact | undefined, gap: object]>([
    ['not collected', 'iptables-nft-save', undefined, { topic: 'iptables-nft', kind: 'missing' }],
    [
      'no such tool',
      'iptables-legacy-save',
      artifact('', { status: 127, error: 'sh: iptables-legacy-save: not found' }),
      { topic: 'iptables-legacy', kind: 'missing' },
    ],
    [
      'failed',
      'ip6tables-nft-save',
      artifact('', { status: 1, error: 'Permission denied (you must be root)' }),
      { topic: 'iptables-nft', kind: 'malformed' },
    ],
    [
      'cut by the collector',
      'iptables-nft-save',
      artifact('*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', { truncated: true }),
      { topic: 'iptables-nft', kind: 'truncated' },
    ],
    ['out of time', 'iptables-nft-save', artifact('', { status: 124 }), { topic: 'iptables-nft', kind: 'truncated' }],
    ['nft not there', 'nft', artifact('', { status: 127 }), { topic: 'nftables', kind: 'missing' }],
    ['nft says nothing', 'nft', artifact(''), { topic: 'nftables', kind: 'malformed' }],
    ['nft without JSON', 'nft', artifact('table ip filter {\n}\n'), { topic: 'nftables', kind: 'malformed' }],
    [
      'the half document of a dormant table',
      'nft',
      artifact('{"nftables": [{"table": {"family": "ip", "name": "d", "handle": 1, "flags": '),
      { topic: 'nftables', kind: 'truncated' },
    ],
    [
      'a chain that is no chain',
      'nft',
      nft(table('ip', 't'), chain('ip', 't', 'c', { hook: 'midst' })),
      { topic: 'nftables', kind: 'malformed' },
    ],
    ['a rule of no chain', 'nft', nft(table('ip', 't'), rule('ip', 't', 'c', { drop: null })), { topic: 'nftables', kind: 'malformed' }],
  ])('%s', (_why, name, given, gap) => {
    const { gaps } = read({ [name]: given });
    expect(gaps).toEqual([expect.objectContaining(gap)]);
    expect(gaps[0]?.source).toBeUndefined();
  });

  test('all there and empty is no gap', () => {
    expect(read({})).toEqual({ netfilter: { tables: [] }, gaps: [] });
  });
});

describe('both families and both backends', () => {
  test('stand side by side', () => {
    const save = artifact('*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
    const { netfilter, gaps } = read({
      'iptables-legacy-save': save,
      'ip6tables-legacy-save': save,
      'iptables-nft-save': save,
      'ip6tables-nft-save': save,
    });
    expect(gaps).toEqual([]);
    expect(netfilter.tables.map(({ backend, family }) => `${backend} ${family}`)).toEqual([
      'iptables-legacy ip',
      'iptables-legacy ip6',
      'iptables-nft ip',
      'iptables-nft ip6',
    ]);
    expect(baseChains(netfilter, 4, 'input').map(({ table: found }) => found.backend)).toEqual(['iptables-nft', 'iptables-legacy']);
  });
});

describe('native nftables', () => {
  const walk = (...items: readonly unknown[]) => {
    const { netfilter, gaps } = read({ nft: nft(...items) });
    expect(gaps).toEqual([]);
    const [first, ...more] = baseChains(netfilter, 4, 'input');
    if (first === undefined || more.length > 0) throw new Error('not one chain');
    return explore((chooser) => walkChain(first.table, first.chain, context(), chooser).verdict.kind, 100);
  };
  const open = (...verdicts: readonly string[]) => ({ kind: 'unknown', branches: verdicts.map((value) => ({ kind: 'end', value })) });

  test('tables and chains, with hook, priority and device', () => {
    const { netfilter } = read({
      nft: nft(
        table('netdev', 'n'),
        chain('netdev', 'n', 'in', { type: 'filter', hook: 'ingress', prio: -500, policy: 'accept', dev: ['eth0', 'eth1'] }),
        table('inet', 'firewalld'),
        chain('inet', 'firewalld', 'a', { ...BASE, prio: 10 }),
        chain('inet', 'firewalld', 'b', { ...BASE, prio: 'filter + 10', policy: 'drop' }),
        chain('inet', 'firewalld', 'c', { ...BASE, prio: 'mangle - 5' }),
        chain('inet', 'firewalld', 'd'),
      ),
    });
    expect(netfilter.tables.map((found) => [found.backend, found.family, found.name])).toEqual([
      ['nftables', 'netdev', 'n'],
      ['nftables', 'inet', 'firewalld'],
    ]);
    const [netdev, inet] = netfilter.tables;
    expect(netdev?.chains.get('in')?.base).toEqual({
      hook: 'ingress',
      priority: -500,
      type: 'filter',
      policy: 'accept',
      devices: ['eth0', 'eth1'],
    });
    expect(inet?.chains.get('a')?.base?.priority).toBe(10);
    expect(inet?.chains.get('b')?.base).toMatchObject({ priority: 10, policy: 'drop' });
    expect(inet?.chains.get('c')?.base?.priority).toBe(-155);
    expect(inet?.chains.get('d')?.base).toBeUndefined();
  });

  const head = [table('inet', 't'), chain('inet', 't', 'in', BASE)];
  test.each<[why: string, items: readonly unknown[], ways: object]>([
    ['a chain without rules is its policy', head, { kind: 'end', value: 'accept' }],
    [
      'also where that is drop',
      [table('inet', 't'), chain('inet', 't', 'in', { ...BASE, policy: 'drop' })],
      { kind: 'end', value: 'drop' },
    ],
    [
      'a match that does not fit',
      [...head, rule('inet', 't', 'in', PORT, { counter: null }, { drop: null })],
      { kind: 'end', value: 'accept' },
    ],
    [
      'a match that is not modelled is unknown, its verdict is not',
      [...head, rule('inet', 't', 'in', STRANGE, { counter: null }, { drop: null })],
      open('drop', 'accept'),
    ],
    [
      'a rule that accepts changes nothing in a chain that accepts',
      [...head, rule('inet', 't', 'in', STRANGE, { accept: null })],
      open('accept', 'accept'),
    ],
    [
      'without a match it is certain',
      [...head, rule('inet', 't', 'in', { counter: null }, { drop: null })],
      { kind: 'end', value: 'drop' },
    ],
    [
      'counting and logging leave the packet alone',
      [...head, rule('inet', 't', 'in', PORT, { counter: null }, { log: { prefix: 'x' } })],
      { kind: 'end', value: 'accept' },
    ],
    [
      'jumps are followed',
      [
        ...head,
        chain('inet', 't', 'sub'),
        rule('inet', 't', 'in', { jump: { target: 'sub' } }),
        rule('inet', 't', 'sub', { reject: { type: 'icmpx', expr: 'admin-prohibited' } }),
      ],
      { kind: 'end', value: 'reject' },
    ],
    [
      'a map that is not there may have any verdict',
      [...head, rule('inet', 't', 'in', { vmap: { key: { meta: { key: 'mark' } }, data: '@m' } })],
      open('accept', 'accept', 'drop', 'unknown'),
    ],
    [
      'so may what changes the packet in a way that is not modelled',
      [
        ...head,
        rule('inet', 't', 'in', { mangle: { key: { payload: { protocol: 'ip', field: 'daddr' } }, value: '10.0.0.1' } }, { accept: null }),
      ],
      open('accept', 'accept', 'drop', 'unknown'),
    ],
    [
      'and a statement that nobody knows',
      [...head, rule('inet', 't', 'in', { frobnicate: 1 })],
      open('accept', 'accept', 'drop', 'unknown'),
    ],
    ['what is no statement, too', [...head, rule('inet', 't', 'in', 'drop')], open('accept', 'accept', 'drop', 'unknown')],
  ])('%s', (_why, items, ways) => {
    expect(walk(...items)).toMatchObject(ways);
  });

  test('a dormant table is not called', () => {
    const { netfilter, gaps } = read({
      nft: nft(table('inet', 't', { flags: 'dormant' }), chain('inet', 't', 'in', { ...BASE, policy: 'drop' })),
    });
    expect([baseChains(netfilter, 4, 'input'), gaps]).toEqual([[], []]);
  });

  test.each<[expr: object, tracks: boolean]>([
    [{ match: { op: 'in', left: { ct: { key: 'state' } }, right: 'new' } }, true],
    [{ vmap: { key: { concat: [{ ct: { key: 'mark' } }] }, data: '@m' } }, true],
    [{ masquerade: null }, true],
    [{ dnat: { addr: '10.0.0.1' } }, true],
    [{ 'ct count': { val: 5 } }, true],
    [{ xt: { type: 'match', name: 'conntrack' } }, true],
    [{ notrack: null }, false],
    [{ tproxy: { port: 1 } }, false],
    [PORT, false],
  ])('does %j turn tracking on? %s', (expr, tracks) => {
    const { netfilter } = read({ nft: nft(table('ip', 't'), chain('ip', 't', 'c'), rule('ip', 't', 'c', expr)) });
    expect([tracksConnections(netfilter, 4), tracksConnections(netfilter, 6)]).toEqual([tracks, false]);
  });
});

describe('a table of iptables-nft', () => {
  const save = (...rules: readonly string[]) =>
    artifact(['*filter', ':INPUT ACCEPT [0:0]', ':X - [0:0]', ...rules, 'COMMIT', ''].join('\n'));
  const head = [table('ip', 'filter'), chain('ip', 'filter', 'INPUT', BASE), chain('ip', 'filter', 'X')];
  const targets = (result: ReturnType<typeof read>) =>
    result.netfilter.tables[0]?.chains.get('INPUT')?.rules.map((found) => found.target?.name ?? '-');

  test('is read from iptables-save, and once', () => {
    const result = read({
      'iptables-nft-save': save('-A INPUT -p tcp -m tcp --dport 22 -j X'),
      nft: nft(...head, rule('ip', 'filter', 'INPUT', PORT, { counter: null }, { jump: { target: 'X' } })),
    });
    expect(result.gaps).toEqual([]);
    expect(result.netfilter.tables).toHaveLength(1);
    expect(targets(result)).toEqual(['JUMP']);
  });

  test('nothing is lost of what iptables 1.8.9 made itself', () => {
    const text = (name: string) => readFileSync(new URL(`../__fixtures__/${name}`, import.meta.url), 'utf8');
    expect(
      read({
        'iptables-nft-save': artifact(text('every-construct-iptables-nft-save.txt')),
        nft: artifact(text('every-construct-nft.json')),
      }).gaps,
    ).toEqual([]);
  });

  test('extensions that nft 0.9 prints without their names are those that iptables-save names', () => {
    const result = read({
      'iptables-nft-save': save(
        '-A INPUT -p tcp -m comment --comment "a" -m tcp --dport 22 -j X',
        '-A INPUT -m conntrack --ctstate NEW -j TRACE',
      ),
      nft: nft(
        ...head,
        rule('ip', 'filter', 'INPUT', { xt: null }, { xt: null }, { counter: null }, { jump: { target: 'X' } }),
        rule('ip', 'filter', 'INPUT', { xt: null }, { counter: null }, { xt: null }),
      ),
    });
    expect(result.gaps).toEqual([]);
  });

  test.each<[why: string, line: string, expr: readonly unknown[]]>([
    ['more extensions than it names', '-A INPUT -m comment --comment "a" -j DROP', [{ xt: null }, { xt: null }, { drop: null }]],
    [
      'a map of verdicts looks like a rule that counts',
      '-A INPUT -p tcp',
      [{ match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' } }, { vmap: { key: {}, data: {} } }],
    ],
    [
      'a set of addresses',
      '-A INPUT -j DROP',
      [{ match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '@s' } }, { drop: null }],
    ],
    [
      'an anonymous set',
      '-A INPUT -p tcp -m tcp --dport 22 -j DROP',
      [{ match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: { set: [22, 23] } } }, { drop: null }],
    ],
    [
      'a range of addresses',
      '-A INPUT -s 10.0.0.1/32 -j DROP',
      [
        { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: { range: ['10.0.0.1', '10.0.0.9'] } } },
        { drop: null },
      ],
    ],
    ['a state', '-A INPUT -j DROP', [{ match: { op: 'in', left: { ct: { key: 'state' } }, right: 'invalid' } }, { drop: null }]],
    ['another verdict', '-A INPUT -j ACCEPT', [{ drop: null }]],
    ['another chain', '-A INPUT -g X', [{ jump: { target: 'X' } }]],
    ['a condition that is not printed', '-A INPUT -j DROP', [PORT, { drop: null }]],
  ])('what iptables-save can not print makes the rule unknown: %s', (_why, line, expr) => {
    const result = read({ 'iptables-nft-save': save(line), nft: nft(...head, rule('ip', 'filter', 'INPUT', ...expr)) });
    expect(targets(result)).toEqual(['?']);
    expect(result.gaps).toEqual([
      expect.objectContaining({ topic: 'iptables-nft', kind: 'unsupported', source: expect.objectContaining({ text: line }) }),
    ]);
  });

  test('rules that iptables-save left out make the chain unknown', () => {
    const result = read({
      'iptables-nft-save': save('-A INPUT -j ACCEPT'),
      nft: nft(...head, rule('ip', 'filter', 'INPUT', { accept: null }), rule('ip', 'filter', 'INPUT', { drop: null })),
    });
    expect(targets(result)).toEqual(['?', 'ACCEPT']);
    expect(result.gaps).toHaveLength(1);
  });

  test('a chain that iptables-save left out is called', () => {
    const result = read({
      'iptables-nft-save': save(),
      nft: nft(...head, chain('ip', 'filter', 'mine', { ...BASE, prio: 5 }), rule('ip', 'filter', 'mine', { drop: null })),
    });
    expect(baseChains(result.netfilter, 4, 'input').map(({ chain: found }) => found.name)).toEqual(['INPUT', 'mine']);
    expect(result.gaps).toHaveLength(1);
  });

  test('a table that iptables-save refuses to print is read from nft', () => {
    const result = read({
      'iptables-nft-save': artifact("# Table `filter' is incompatible, use 'nft' tool.\n"),
      nft: nft(...head, rule('ip', 'filter', 'INPUT', { drop: null })),
    });
    expect(result.netfilter.tables).toMatchObject([{ backend: 'nftables', family: 'ip', name: 'filter' }]);
    expect(result.gaps).toEqual([expect.objectContaining({ topic: 'iptables-nft', kind: 'unsupported', source: expect.anything() })]);
  });

  test('and is missing where nft does not show it either', () => {
    const { gaps } = read({ 'iptables-nft-save': artifact("# Table `filter' is incompatible, use 'nft' tool.\n") });
    expect(gaps).toContainEqual(expect.objectContaining({ topic: 'nftables', kind: 'missing' }));
  });
});
