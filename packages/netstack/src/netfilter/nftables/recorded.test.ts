import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { formatIp, parseIp } from '../../address/ip.ts';
import type { NamespaceDump } from '../../parse/artifact.ts';
import { host } from '../../testing/world.ts';
import { type Ways, explore } from '../../trace/choices.ts';
import { EMPTY, SYN, context, entryOf } from '../__fixtures__/context.ts';
import { artifact } from '../__fixtures__/rules.ts';
import { baseChains } from '../hooks.ts';
import type { Hook, MatchContext } from '../model.ts';
import { parseNetfilter } from '../parse/netfilter.ts';
import { walkChain } from '../walk-chain.ts';
import type { ChainResult } from '../walk.types.ts';

/** Rulesets as `nft -j list ruleset` of nft 1.0.6 prints them: kube-proxy's from a node, the others loaded as their makers write them. */
function read(name: string) {
  const text = readFileSync(new URL(`__fixtures__/${name}.json`, import.meta.url), 'utf8');
  const saves = ['iptables-legacy-save', 'ip6tables-legacy-save', 'iptables-nft-save', 'ip6tables-nft-save'] as const;
  const dump: NamespaceDump = {
    id: 'n',
    artifacts: new Map([...saves.map((save) => [save, artifact('')] as const), ['nft', artifact(text)]]),
  };
  return parseNetfilter(dump);
}

const NODE = [
  ...host('n', {
    host: {
      links: [
        { name: 'eth0', addresses: ['172.30.0.11/24'] },
        { name: 'cni0', addresses: ['10.244.1.1/24'] },
        { name: 'cali1', addresses: [] },
        { name: 'cali2', addresses: [] },
      ],
      routes: ['default via 172.30.0.1 dev eth0', '10.65.0.3/32 dev cali1', '10.65.0.4/32 dev cali2'],
    },
  }).namespaces.values(),
][0];

interface Given {
  readonly src: string;
  readonly dst: string;
  readonly dport?: number;
  readonly protocol?: number;
  readonly mark?: number;
  readonly iif?: string;
  readonly oif?: string;
  readonly state?: 'NEW' | 'ESTABLISHED' | 'INVALID';
  readonly dnat?: boolean;
  readonly uid?: number;
}

function packetOf(hook: Hook, given: Given): MatchContext {
  const tcp = (given.protocol ?? 6) === 6;
  const packet = {
    ...SYN,
    src: parseIp(given.src) ?? 0,
    dst: parseIp(given.dst) ?? 0,
    dport: given.dport ?? 80,
    protocol: given.protocol ?? 6,
    tcpFlags: tcp ? 2 : 0,
    mark: given.mark ?? 0,
  };
  const state = given.state ?? 'NEW';
  const entry = state === 'INVALID' ? undefined : entryOf(packet, { dnat: given.dnat ?? false, replied: state === 'ESTABLISHED' });
  return context({
    hook,
    packet,
    namespace: NODE ?? EMPTY,
    iif: given.iif ?? 'eth0',
    oif: given.oif ?? '',
    tracking: { state, entry, direction: 'original' },
    socket: given.uid === undefined ? undefined : { uid: given.uid },
  });
}

/** What a chain comes to, in words: `drop`, `dnat 10.0.0.1:80 +0x4000`, `1/3 …` for each branch. */
function told(ways: Ways<ChainResult>, share = 1): readonly string[] {
  switch (ways.kind) {
    case 'end': {
      const { verdict, packet } = ways.value;
      const mark = packet.mark === 0 ? '' : ` 0x${packet.mark.toString(16)}`;
      return [`${share === 1 ? '' : `1/${String(Math.round(1 / share))} `}${verdictText(verdict)}${mark}`];
    }
    case 'chance':
      return ways.branches.flatMap((branch) => told(branch.ways, share * branch.probability));
    default:
      return [ways.kind];
  }
}

function verdictText(verdict: ChainResult['verdict']): string {
  if (verdict.kind === 'reject') return verdict.with.kind === 'tcp-reset' ? 'reset' : `reject ${String(verdict.with.code)}`;
  if (verdict.kind !== 'nat') return verdict.kind;
  const { request } = verdict;
  if (request.kind !== 'range') return request.kind;
  return `${request.manip === 'source' ? 'snat' : 'dnat'} ${formatIp(request.addresses?.from ?? 0)}:${String(request.ports?.from ?? '')}`;
}

type Row = readonly [why: string, hook: Hook, chain: string, given: Given, ways: readonly string[]];

function table(name: string, rows: readonly Row[]): void {
  const { netfilter, gaps } = read(name);

  test('is read without a gap', () => {
    expect(gaps).toEqual([]);
  });

  test.each(rows)('%s', (_why, hook, chain, given, ways) => {
    const packet = packetOf(hook, given);
    const entry = baseChains(netfilter, typeof packet.packet.dst === 'number' ? 4 : 6, hook).find(
      (found) => chain === found.chain.name || chain === `${found.table.name} ${found.chain.name}`,
    );
    if (entry === undefined) throw new Error(`no chain ${chain} at ${hook}`);
    expect(told(explore((chooser) => walkChain(entry.table, entry.chain, packet, chooser), 100))).toEqual(ways);
  });
}

const POD = '10.244.1.9';
const OUTSIDE = '192.0.2.1';
const WEB = { dst: '10.96.230.12' } as const;

describe('kube-proxy, nftables mode, on node1', () => {
  table('kube-proxy', [
    [
      'a Service has three backends',
      'prerouting',
      'nat-prerouting',
      { src: POD, ...WEB },
      ['1/3 dnat 10.244.0.4:8080', '1/3 dnat 10.244.1.2:8080', '1/3 dnat 10.244.1.3:8080'],
    ],
    [
      'a backend that comes to itself is masqueraded, as is who is no pod',
      'prerouting',
      'nat-prerouting',
      { src: '10.244.1.3', ...WEB },
      ['1/3 dnat 10.244.0.4:8080', '1/3 dnat 10.244.1.2:8080', '1/3 dnat 10.244.1.3:8080 0x4000'],
    ],
    [
      'from the node',
      'output',
      'nat-output',
      { src: '172.30.0.11', ...WEB, iif: '', oif: 'eth0' },
      ['1/3 dnat 10.244.0.4:8080 0x4000', '1/3 dnat 10.244.1.2:8080 0x4000', '1/3 dnat 10.244.1.3:8080 0x4000'],
    ],
    [
      'a NodePort',
      'prerouting',
      'nat-prerouting',
      { src: OUTSIDE, dst: '172.30.0.11', dport: 32588 },
      ['1/3 dnat 10.244.0.4:8080 0x4000', '1/3 dnat 10.244.1.2:8080 0x4000', '1/3 dnat 10.244.1.3:8080 0x4000'],
    ],
    ['a NodePort on another address', 'prerouting', 'nat-prerouting', { src: OUTSIDE, dst: '10.244.1.1', dport: 32588 }, ['accept']],
    [
      'a NodePort with the local policy stays on the node, source and all',
      'prerouting',
      'nat-prerouting',
      { src: OUTSIDE, dst: '172.30.0.11', dport: 31197 },
      ['1/2 dnat 10.244.1.2:8080', '1/2 dnat 10.244.1.3:8080'],
    ],
    ['affinity holds who came before', 'prerouting', 'nat-prerouting', { src: '10.244.1.4', dst: '10.96.17.79' }, ['dnat 10.244.1.2:8080']],
    [
      'and lets who did not choose',
      'prerouting',
      'nat-prerouting',
      { src: POD, dst: '10.96.17.79' },
      ['1/3 dnat 10.244.0.4:8080', '1/3 dnat 10.244.1.2:8080', '1/3 dnat 10.244.1.3:8080'],
    ],
    [
      'DNS',
      'prerouting',
      'nat-prerouting',
      { src: POD, dst: '10.96.0.10', protocol: 17, dport: 53 },
      ['1/2 dnat 10.244.0.2:53', '1/2 dnat 10.244.0.3:53'],
    ],
    ['what is no Service', 'prerouting', 'nat-prerouting', { src: POD, dst: OUTSIDE }, ['accept']],
    ['a Service without endpoints refuses', 'forward', 'filter-forward', { src: POD, dst: '10.96.219.136' }, ['reject 3']],
    ['and its NodePort', 'input', 'filter-input', { src: OUTSIDE, dst: '172.30.0.11', dport: 31382 }, ['reject 3']],
    ['a port that a Service has not', 'forward', 'filter-forward', { src: POD, ...WEB, dport: 81 }, ['reject 3']],
    ['a ping to a Service', 'forward', 'filter-forward', { src: POD, ...WEB, protocol: 1, dport: 0 }, ['reject 3']],
    ['an address that no Service has', 'forward', 'filter-forward', { src: POD, dst: '10.96.99.99' }, ['drop']],
    [
      'what is established is not looked at',
      'forward',
      'filter-forward',
      { src: POD, dst: '10.96.99.99', state: 'ESTABLISHED' },
      ['accept'],
    ],
    [
      'the mark is cleared and masquerades',
      'postrouting',
      'nat-postrouting',
      { src: POD, dst: '10.244.0.4', mark: 0x4001 },
      ['masquerade 0x1'],
    ],
    ['without the mark it does not', 'postrouting', 'nat-postrouting', { src: POD, dst: '10.244.0.4', mark: 1 }, ['accept 0x1']],
  ]);
});

describe("flannel's nftables mode", () => {
  table('flannel', [
    ['pods are let through', 'forward', 'forward', { src: POD, dst: OUTSIDE }, ['accept']],
    ['pod to the world', 'postrouting', 'postrtg', { src: POD, dst: OUTSIDE }, ['masquerade']],
    ['pod to pod', 'postrouting', 'postrtg', { src: POD, dst: '10.244.0.4' }, ['accept']],
    ['pod to a group', 'postrouting', 'postrtg', { src: POD, dst: '224.0.0.1' }, ['accept']],
    ['a host to a pod elsewhere', 'postrouting', 'postrtg', { src: '172.30.0.11', dst: '10.244.0.4' }, ['accept']],
    ["what bears kube-proxy's mark", 'postrouting', 'postrtg', { src: POD, dst: OUTSIDE, mark: 0x4000 }, ['accept 0x4000']],
  ]);
});

describe('firewalld', () => {
  table('firewalld', [
    ['an allowed port', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', dport: 22 }, ['accept']],
    ['a port of the range of NodePorts', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', dport: 30080 }, ['accept']],
    ['another port', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', dport: 10250 }, ['reject 13']],
    ['another port, IPv6', 'input', 'filter_INPUT', { src: 'fd00::1', dst: 'fd00::2', dport: 10250 }, ['reject 1']],
    ['a ping', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', protocol: 1, dport: 0 }, ['accept']],
    ['the other protocol', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', protocol: 17, dport: 22 }, ['reject 13']],
    ['what is established', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', dport: 10250, state: 'ESTABLISHED' }, ['accept']],
    ['what is invalid', 'input', 'filter_INPUT', { src: OUTSIDE, dst: '172.30.0.11', dport: 22, state: 'INVALID' }, ['drop']],
    ['a trusted zone', 'input', 'filter_INPUT', { src: POD, dst: '172.30.0.11', dport: 10250, iif: 'cni0' }, ['accept']],
    ['forwarded and translated, to a pod', 'forward', 'filter_FORWARD', { src: OUTSIDE, dst: POD, oif: 'cni0', dnat: true }, ['accept']],
    ['forwarded to a pod', 'forward', 'filter_FORWARD', { src: OUTSIDE, dst: POD, oif: 'cni0' }, ['reject 13']],
    ['forwarded from a pod', 'forward', 'filter_FORWARD', { src: POD, dst: OUTSIDE, iif: 'cni0', oif: 'eth0' }, ['accept']],
    [
      '6to4 with a private address in it',
      'forward',
      'filter_FORWARD',
      { src: 'fd00::1', dst: '2002:a00::1', iif: 'cni0', oif: 'eth0' },
      ['reject 3'],
    ],
    ['masquerading of the external zone', 'postrouting', 'nat_POSTROUTING', { src: POD, dst: OUTSIDE, oif: 'eth1' }, ['masquerade']],
    ['and of no other', 'postrouting', 'nat_POSTROUTING', { src: POD, dst: OUTSIDE, oif: 'eth0' }, ['accept']],
    ['IPv6 without a way back', 'prerouting', 'filter_PREROUTING', { src: 'fd00::1', dst: 'fd00::2' }, ['drop']],
    ['IPv4 is not asked for one', 'prerouting', 'filter_PREROUTING', { src: OUTSIDE, dst: '172.30.0.11' }, ['accept']],
  ]);
});

describe("Calico's nftables mode", () => {
  const from1 = { src: '10.65.0.3', iif: 'cali1' } as const;
  table('calico', [
    ['from a pod to the world, by its profile', 'forward', 'filter-FORWARD', { ...from1, dst: OUTSIDE, oif: 'eth0' }, ['accept 0x10000']],
    [
      'to a pod, allowed by a policy',
      'forward',
      'filter-FORWARD',
      { ...from1, dst: '10.65.0.4', oif: 'cali2', dport: 8080 },
      ['accept 0x10000'],
    ],
    ['to a pod, on another port', 'forward', 'filter-FORWARD', { ...from1, dst: '10.65.0.4', oif: 'cali2', dport: 81 }, ['drop']],
    [
      'to a pod, by another protocol',
      'forward',
      'filter-FORWARD',
      { ...from1, dst: '10.65.1.7', oif: 'cali2', protocol: 17, dport: 53 },
      ['accept 0x10000'],
    ],
    ['to a pod that nobody may reach', 'forward', 'filter-FORWARD', { src: OUTSIDE, dst: '10.65.0.3', oif: 'cali1' }, ['drop']],
    ['from a pod that may not send', 'forward', 'filter-FORWARD', { src: '10.65.0.4', iif: 'cali2', dst: OUTSIDE, oif: 'eth0' }, ['drop']],
    [
      'its answers pass',
      'forward',
      'filter-FORWARD',
      { src: '10.65.0.4', iif: 'cali2', dst: OUTSIDE, oif: 'eth0', state: 'ESTABLISHED' },
      ['accept'],
    ],
    ['from a pod that nobody knows', 'forward', 'filter-FORWARD', { src: '10.65.0.9', iif: 'cali9', dst: OUTSIDE, oif: 'eth0' }, ['drop']],
    ['a tunnel out of a pod', 'forward', 'filter-FORWARD', { ...from1, dst: OUTSIDE, protocol: 17, dport: 4789 }, ['drop']],
    ['past no pod at all', 'forward', 'filter-FORWARD', { src: OUTSIDE, dst: '172.30.0.99', oif: 'eth0' }, ['accept 0x10000']],
    ['out of the pools', 'postrouting', 'nat-POSTROUTING', { src: '10.65.0.3', dst: OUTSIDE, oif: 'eth0' }, ['masquerade']],
    ['within the pools', 'postrouting', 'nat-POSTROUTING', { src: '10.65.0.3', dst: '10.65.1.7', oif: 'eth0' }, ['accept']],
    ['a forged source', 'prerouting', 'raw-PREROUTING', { src: '10.65.0.4', dst: OUTSIDE, iif: 'cali1' }, ['drop 0x40000']],
    ['its own source', 'prerouting', 'raw-PREROUTING', { ...from1, dst: OUTSIDE }, ['accept 0x40000']],
  ]);
});

describe('kindnet', () => {
  table('kindnet', [
    ['pod to the world', 'postrouting', 'kindnet-ipmasq postrouting', { src: POD, dst: OUTSIDE, oif: 'eth0' }, ['masquerade']],
    ['pod to pod', 'postrouting', 'kindnet-ipmasq postrouting', { src: POD, dst: '10.244.0.4', oif: 'eth0' }, ['accept']],
    ['from an own address', 'postrouting', 'kindnet-ipmasq postrouting', { src: '172.30.0.11', dst: OUTSIDE, oif: 'eth0' }, ['accept']],
    [
      'IPv6 within the cluster',
      'postrouting',
      'kindnet-ipmasq postrouting',
      { src: 'fd00:244::1', dst: 'fd00:244::2', oif: 'eth0' },
      ['accept'],
    ],
    [
      'IPv6 to the world',
      'postrouting',
      'kindnet-ipmasq postrouting',
      { src: 'fd00:244::1', dst: '2001:db8::1', oif: 'eth0' },
      ['masquerade'],
    ],
    [
      'a pod that a policy selects',
      'postrouting',
      'kindnet-network-policies postrouting',
      { src: POD, dst: OUTSIDE, oif: 'eth0' },
      ['drop'],
    ],
    [
      'one that none selects',
      'postrouting',
      'kindnet-network-policies postrouting',
      { src: '10.244.1.8', dst: OUTSIDE, oif: 'eth0' },
      ['accept'],
    ],
    [
      'what a root process sends',
      'postrouting',
      'kindnet-network-policies postrouting',
      { src: POD, dst: OUTSIDE, oif: 'eth0', uid: 0 },
      ['accept'],
    ],
  ]);
});

describe("the bridge and portmap plugins' nftables backends", () => {
  table('cni-plugins', [
    ['a pod to the world', 'postrouting', 'postrouting', { src: '10.22.0.5', dst: OUTSIDE, oif: 'eth0' }, ['masquerade']],
    ['a pod to its network', 'postrouting', 'postrouting', { src: '10.22.0.5', dst: '10.22.0.9', oif: 'eth0' }, ['accept']],
    ['a pod to a group', 'postrouting', 'postrouting', { src: '10.22.0.5', dst: '239.1.1.1', oif: 'eth0' }, ['accept']],
    ['a host port', 'prerouting', 'prerouting', { src: OUTSIDE, dst: '172.30.0.11', dport: 8080 }, ['dnat 10.22.0.5:80']],
    [
      'a host port of an address that is not ours',
      'prerouting',
      'prerouting',
      { src: OUTSIDE, dst: '172.30.0.12', dport: 8080 },
      ['accept'],
    ],
  ]);
});
