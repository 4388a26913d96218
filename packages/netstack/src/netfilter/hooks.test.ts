import { describe, expect, test } from '@jest/globals';
import { tableOf } from './__fixtures__/rules.ts';
import { baseChains, tracksConnections } from './hooks.ts';
import type { BaseChain, Chain, Netfilter, NetfilterFamily, Rule, Table } from './model.ts';

const source = { artifact: 'n/nft', pointer: '/nftables/1', text: '' };
const RULE: Rule = { matches: [], target: undefined, tracks: false, source };

function native(
  name: string,
  family: NetfilterFamily,
  base: Partial<BaseChain> | undefined,
  rules: readonly Rule[] = [],
  backend: Table['backend'] = 'nftables',
): Table {
  const chain: Chain = {
    name: 'c',
    base: base === undefined ? undefined : { hook: 'prerouting', priority: 0, type: 'filter', policy: 'accept', devices: [], ...base },
    rules,
    source,
  };
  return { backend, family, name, chains: new Map([['c', chain]]) };
}

const order = (netfilter: Netfilter, ...at: [4 | 6, BaseChain['hook'] & ('prerouting' | 'output' | 'input' | 'postrouting' | 'forward')]) =>
  baseChains(netfilter, ...at).map(({ table }) => table.name);

describe('the chains at a hook', () => {
  test('of iptables run raw, mangle, nat, filter', () => {
    const tables = ['nat', 'filter', 'mangle', 'raw'].map((name) => tableOf([], name).table);
    expect(order({ tables }, 4, 'output')).toEqual(['raw', 'mangle', 'nat', 'filter']);
    expect(order({ tables }, 4, 'input')).toEqual(['mangle', 'filter', 'nat']);
    expect(order({ tables }, 4, 'forward')).toEqual(['mangle', 'filter']);
    expect(order({ tables }, 4, 'postrouting')).toEqual(['mangle', 'nat']);
    expect(order({ tables }, 6, 'output')).toEqual([]);
  });

  test('are those of the IP family and of inet, by priority', () => {
    const tables = [
      native('a', 'inet', { priority: 10 }),
      native('b', 'ip', { priority: -5 }),
      native('c', 'ip6', {}),
      native('d', 'bridge', {}),
      native('e', 'netdev', { hook: 'ingress' }),
    ];
    expect(order({ tables }, 4, 'prerouting')).toEqual(['b', 'a']);
    expect(order({ tables }, 6, 'prerouting')).toEqual(['c', 'a']);
  });

  test('of type nat run at -100 or 100, whatever they declare, and among each other as they declare', () => {
    const tables = [
      native('late', 'ip', { type: 'nat', priority: 50 }),
      native('early', 'ip', { type: 'nat', priority: -150 }),
      native('filter', 'ip', { priority: -120 }),
      native('after', 'ip', { priority: -90 }),
    ];
    expect(order({ tables }, 4, 'prerouting')).toEqual(['filter', 'early', 'late', 'after']);
  });

  test('of equal priority: native, then iptables-nft, then legacy', () => {
    const tables = [
      native('legacy', 'ip', {}, [], 'iptables-legacy'),
      native('nft', 'ip', {}, [], 'iptables-nft'),
      native('native', 'ip', {}),
    ];
    expect(order({ tables }, 4, 'prerouting')).toEqual(['native', 'nft', 'legacy']);
    expect(order({ tables: [native('first', 'ip', {}), native('last', 'inet', {})] }, 4, 'prerouting')).toEqual(['last', 'first']);
  });

  test('mangle OUTPUT routes again, nat tables translate', () => {
    expect(tableOf([], 'mangle').table.chains.get('OUTPUT')?.base).toMatchObject({ type: 'route', priority: -150 });
    expect(tableOf([], 'nat').table.chains.get('INPUT')?.base).toMatchObject({ type: 'nat', priority: 100 });
  });
});

describe('connection tracking is on', () => {
  test.each<[why: string, tables: readonly Table[], v4: boolean, v6: boolean]>([
    ['for nobody without rules', [tableOf([], 'nat').table], false, false],
    ['not by a nat rule without translation', [tableOf(['-A PREROUTING -j RETURN'], 'nat').table], false, false],
    ['by a rule that no chain calls', [tableOf([':X - [0:0]', '-A X -m conntrack --ctstate NEW -j ACCEPT']).table], true, false],
    ['for its own family alone', [tableOf(['-A INPUT -m conntrack --ctstate NEW'], 'filter', 'ip6').table], false, true],
    ['for both by inet', [native('t', 'inet', undefined, [{ ...RULE, tracks: true }])], true, true],
    ['for neither by a bridge table', [native('t', 'bridge', undefined, [{ ...RULE, tracks: true }])], false, false],
  ])('%s', (_why, tables, v4, v6) => {
    const netfilter: Netfilter = { tables };
    expect([tracksConnections(netfilter, 4), tracksConnections(netfilter, 6)]).toEqual([v4, v6]);
  });
});
