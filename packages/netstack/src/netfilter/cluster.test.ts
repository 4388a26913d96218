import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseIp } from '../address/ip.ts';
import type { NamespaceDump } from '../parse/artifact.ts';
import { explore } from '../trace/choices.ts';
import { baseChains, tracksConnections } from './hooks.ts';
import type { Hook, MatchContext } from './model.ts';
import { parseNetfilter } from './parse/netfilter.ts';
import { context } from './__fixtures__/context.ts';
import { walkChain } from './walk-chain.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`__fixtures__/${name}`, import.meta.url), 'utf8');
}

function artifact(text: string, status = 0): { text: string; status: number; error: string; truncated: boolean } {
  return { text, status, error: '', truncated: false };
}

const DUMP: NamespaceDump = {
  id: 'nodes/node1/host',
  artifacts: new Map([
    ['iptables-legacy-save', artifact('')],
    ['ip6tables-legacy-save', artifact('')],
    ['iptables-nft-save', artifact(fixture('node1-iptables-nft-save.txt'))],
    ['ip6tables-nft-save', artifact(fixture('node1-ip6tables-nft-save.txt'))],
    ['nft', artifact(fixture('node1-nft.json'))],
  ]),
};

describe("a node's rules, made by kube-proxy and flanneld", () => {
  const { netfilter, gaps } = parseNetfilter(DUMP);
  const walk = (hook: Hook, chain: string, given: MatchContext) => {
    const entry = baseChains(netfilter, 4, hook).find((candidate) => candidate.table.name === chain);
    if (entry === undefined) throw new Error(`no chain at ${hook}`);
    return explore((chooser) => walkChain(entry.table, entry.chain, given, chooser), 100);
  };

  test('are read without a gap', () => {
    expect(gaps).toEqual([]);
    expect(netfilter.tables.map((table) => `${table.backend} ${table.family} ${table.name}`)).toEqual([
      'iptables-nft ip mangle',
      'iptables-nft ip filter',
      'iptables-nft ip nat',
      'iptables-nft ip6 mangle',
      'iptables-nft ip6 filter',
      'iptables-nft ip6 nat',
    ]);
    expect(tracksConnections(netfilter, 4)).toBe(true);
    expect(baseChains(netfilter, 4, 'output').map(({ table }) => table.name)).toEqual(['mangle', 'nat', 'filter']);
  });

  test('a Service forks in three, each with a third', () => {
    const ways = walk(
      'prerouting',
      'nat',
      context({ hook: 'prerouting', packet: { src: parseIp('10.244.0.9') ?? 0, dst: parseIp('10.96.234.251') ?? 0, dport: 80 } }),
    );
    const ends: [number, string][] = [];
    const collect = (node: typeof ways, probability: number): void => {
      if (node.kind === 'chance') for (const branch of node.branches) collect(branch.ways, probability * branch.probability);
      else if (node.kind === 'end') ends.push([Math.round(probability * 1e6) / 1e6, node.value.evidence.at(-1)?.text ?? '']);
      else throw new Error(node.kind);
    };
    collect(ways, 1);
    expect(ends).toEqual([
      [
        0.333333,
        '-A KUBE-SEP-7U6MWNJWR3SADOJA -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.244.0.5:8080',
      ],
      [
        0.333333,
        '-A KUBE-SEP-UIQK3OSOSTRHRPBX -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.244.1.2:8080',
      ],
      [
        0.333333,
        '-A KUBE-SEP-2AZ33KU3V5PGPQZH -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.244.1.3:8080',
      ],
    ]);
  });

  test('pod to pod is forwarded, by the rule that flanneld made', () => {
    const ways = walk(
      'forward',
      'filter',
      context({ hook: 'forward', packet: { src: parseIp('10.244.0.9') ?? 0, dst: parseIp('10.244.1.2') ?? 0 } }),
    );
    expect(ways).toMatchObject({ kind: 'end', value: { verdict: { kind: 'accept' } } });
    expect(ways.kind === 'end' ? ways.value.evidence.at(-1)?.text : '').toBe(
      '-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
    );
  });

  test('pod to outside is masqueraded', () => {
    const ways = walk(
      'postrouting',
      'nat',
      context({ hook: 'postrouting', packet: { src: parseIp('10.244.0.9') ?? 0, dst: parseIp('198.51.100.7') ?? 0 } }),
    );
    expect(ways).toMatchObject({ kind: 'end', value: { verdict: { kind: 'nat', request: { kind: 'masquerade', random: true } } } });
  });

  test('an invalid packet is dropped on its way through', () => {
    const ways = walk(
      'forward',
      'filter',
      context({ hook: 'forward', tracking: { state: 'INVALID', entry: undefined, direction: 'original' } }),
    );
    expect(ways).toMatchObject({ kind: 'end', value: { verdict: { kind: 'drop', by: 'rule' } } });
  });
});
