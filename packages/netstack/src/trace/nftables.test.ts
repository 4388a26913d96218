import { describe, expect, test } from '@jest/globals';
import { type NamespaceSpec, host, ip, world } from '../testing/world.ts';
import { trace } from './trace.ts';
import type { Trace } from './trace.types.ts';

/** A pod, the node that routes, another pod; and a node without anything but a bridge. */
function between(router: Partial<NamespaceSpec>, b: Partial<NamespaceSpec> = {}): ReturnType<typeof world> {
  const routed = host('n', {
    host: {
      links: [
        { name: 'va', addresses: ['10.0.1.1/24'], peer: 'a:eth0' },
        { name: 'vb', addresses: ['10.0.2.1/24'], peer: 'b:eth0' },
      ],
      sysctls: { 'net/ipv4/ip_forward': '1', 'net/ipv4/conf/va/forwarding': '1', 'net/ipv4/conf/vb/forwarding': '1' },
      ...router,
    },
    a: { links: [{ name: 'eth0', addresses: ['10.0.1.2/24'], peer: 'host:va' }], routes: ['default via 10.0.1.1 dev eth0'] },
    b: {
      links: [{ name: 'eth0', addresses: ['10.0.2.2/24'], peer: 'host:vb' }],
      routes: ['default via 10.0.2.1 dev eth0'],
      sockets: ['tcp 0.0.0.0:80', 'tcp 0.0.0.0:8080'],
      ...b,
    },
  });
  return world([routed]);
}

interface ChainSpec {
  readonly family?: string;
  readonly table: string;
  readonly hook: string;
  readonly prio?: number;
  readonly type?: string;
  readonly policy?: string;
  readonly dev?: string;
  readonly rules: readonly (readonly unknown[])[];
}

/** `nft -j list ruleset` of tables with one chain each. */
function nft(...chains: readonly ChainSpec[]): string {
  const nftables = chains.flatMap(({ family = 'ip', table, rules, ...base }) => [
    { table: { family, name: table } },
    { chain: { family, table, name: 'c', type: 'filter', prio: 0, policy: 'accept', ...base } },
    ...rules.map((expr) => ({ rule: { family, table, chain: 'c', expr } })),
  ]);
  return JSON.stringify({ nftables });
}

function send(router: Partial<NamespaceSpec>, dst = '10.0.2.2', dport = 80): Trace {
  return trace(between(router), {
    origin: { kind: 'socket', host: 'n', namespace: 'nodes/n/a' },
    dst: ip(dst),
    dport,
    protocol: 6,
    sport: 40000,
  });
}

const drop = { drop: null };
const accept = { accept: null };
const port = (number: number) => ({ match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: number } });

describe('several tables at one hook', () => {
  test.each<[why: string, router: Partial<NamespaceSpec>, verdict: string]>([
    [
      'an accept ends its own chain alone',
      { nft: nft({ table: 'early', hook: 'forward', prio: -5, rules: [[accept]] }, { table: 'late', hook: 'forward', rules: [[drop]] }) },
      'dropped',
    ],
    [
      'a drop is the end, whoever would accept',
      { nft: nft({ table: 'early', hook: 'forward', prio: -5, rules: [[drop]] }, { table: 'late', hook: 'forward', rules: [[accept]] }) },
      'dropped',
    ],
    [
      'a policy of one',
      { nft: nft({ family: 'inet', table: 't', hook: 'forward', policy: 'drop', rules: [[port(443), accept]] }) },
      'dropped',
    ],
    [
      'and where it accepts',
      {
        nft: nft({
          family: 'inet',
          table: 't',
          hook: 'forward',
          policy: 'drop',
          rules: [[{ match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' } }, accept]],
        }),
      },
      'delivered',
    ],
    ['another family', { nft: nft({ family: 'ip6', table: 't', hook: 'forward', policy: 'drop', rules: [] }) }, 'delivered'],
    [
      "iptables' drop behind native accepts",
      { nft: nft({ table: 't', hook: 'forward', prio: -200, rules: [[accept]] }), iptables: '*filter\n:FORWARD DROP [0:0]' },
      'dropped',
    ],
  ])('%s', (_why, router, verdict) => {
    expect(send(router).verdict).toBe(verdict);
  });
});

describe('T02: chains of one priority run in an order that no dump tells', () => {
  const mark = { mangle: { key: { meta: { key: 'mark' } }, value: 1 } };
  const marked = { match: { op: '==', left: { meta: { key: 'mark' } }, right: 1 } };
  const reset = { reject: { type: 'tcp reset' } };
  const dnat = (to: string) => ({ dnat: { addr: to, port: 8080 } });
  const pair = (a: readonly unknown[], b: readonly unknown[], base = {}): string =>
    nft({ table: 'a', hook: 'forward', ...base, rules: [a] }, { table: 'b', hook: 'forward', ...base, rules: [b] });
  const NAT = { hook: 'prerouting', type: 'nat', prio: -100 };
  test.each<[why: string, ruleset: string, verdict: string]>([
    ['one looks at what the other sets', pair([mark], [marked, drop]), 'unknown'],
    ['whichever of them comes first', pair([marked, drop], [mark]), 'unknown'],
    ['one drops, one tells the sender', pair([drop], [reset]), 'unknown'],
    ['both drop', pair([drop], [drop]), 'dropped'],
    ['one drops, one only accepts', pair([accept], [drop]), 'dropped'],
    ['one sets what nobody looks at', pair([mark], [accept]), 'delivered'],
    ['both translate to the same', pair([dnat('10.0.2.2')], [dnat('10.0.2.2')], NAT), 'delivered'],
    ['and to different places', pair([dnat('10.0.2.2')], [dnat('10.0.2.9')], NAT), 'unknown'],
    ['one translates', pair([accept], [dnat('10.0.2.2')], NAT), 'delivered'],
    [
      'of three',
      nft(...[[marked, drop], [accept], [mark]].map((rule, i) => ({ table: `t${String(i)}`, hook: 'forward', rules: [rule] }))),
      'unknown',
    ],
  ])('%s', (_why, ruleset, verdict) => {
    const { verdict: said, paths } = send({ nft: ruleset });
    expect(said).toBe(verdict);
    if (said === 'unknown') expect(paths[0]?.causes[0]?.details['construct']).toContain('the order of chains of one priority');
    else expect(paths[0]?.assumptions).toEqual([]);
  });
});

describe('translation', () => {
  const nat = (table: string, to: string, prio = -100): ChainSpec => ({
    table,
    hook: 'prerouting',
    type: 'nat',
    prio,
    rules: [[port(80), { dnat: { addr: to, port: 8080 } }]],
  });
  test('the first chain that translates decides', () => {
    const router = { nft: nft(nat('late', '10.0.2.99', -90), nat('early', '10.0.2.2', -110)) };
    expect(send(router, '10.96.0.1').verdict).toBe('delivered');
  });

  test('a random number forks', () => {
    const to = (n: number) => ({ concat: ['10.0.2.2', n] });
    const map = {
      map: {
        key: { numgen: { mode: 'random', mod: 2, offset: 0 } },
        data: {
          set: [
            [0, to(80)],
            [1, to(8080)],
          ],
        },
      },
    };
    const result = send(
      { nft: nft({ table: 't', hook: 'prerouting', type: 'nat', prio: -100, rules: [[{ dnat: { addr: map } }]] }) },
      '10.96.0.1',
    );
    const forward = result.paths.filter((path) => path.received !== undefined);
    expect([result.verdict, forward.map(({ received }) => received?.packet.dport), forward.map(({ probability }) => probability)]).toEqual([
      'delivered',
      [80, 8080],
      [0.5, 0.5],
    ]);
  });
});

describe('before IP and behind it', () => {
  const device = (hook: 'ingress' | 'egress', dev: string, ...rules: readonly (readonly unknown[])[]) =>
    nft({ family: 'netdev', table: 't', hook, dev, prio: -500, rules });

  test.each<[why: string, nft: string, verdict: string]>([
    ['a chain at the ingress of the device', device('ingress', 'va', [port(80), drop]), 'dropped'],
    ['of another device', device('ingress', 'vc', [drop]), 'delivered'],
    [
      'whose device nft 1.0 does not print',
      nft({ family: 'netdev', table: 't', hook: 'ingress', prio: -500, rules: [[port(80), drop]] }),
      'unknown',
    ],
    [
      'whose device does not matter',
      nft({ family: 'netdev', table: 't', hook: 'ingress', prio: -500, rules: [[port(81), drop]] }),
      'delivered',
    ],
    ['of the device that only the answer comes by', device('ingress', 'vb', [port(40000), drop]), 'dropped'],
    ['at the egress', device('egress', 'vb', [port(80), drop]), 'dropped'],
    ['that does not fit', device('egress', 'vb', [port(81), drop]), 'delivered'],
    ['with something that is not modelled', device('ingress', 'va', [{ fwd: { dev: 'vb' } }]), 'unknown'],
  ])('%s', (_why, text, verdict) => {
    expect(send({ nft: text }).verdict).toBe(verdict);
  });
});

describe('on a bridge', () => {
  const bridged = (text: string) =>
    world([
      host('n', {
        host: {
          links: [
            {
              name: 'br0',
              addresses: ['10.0.0.1/24'],
              device: { kind: 'bridge', stp: false, vlanFiltering: false, nfCallIptables: false, nfCallIp6tables: false },
            },
            { name: 'va', peer: 'a:eth0', master: 'br0' },
            { name: 'vb', peer: 'b:eth0', master: 'br0' },
          ],
          sockets: ['tcp 0.0.0.0:80'],
          nft: text,
        },
        a: { links: [{ name: 'eth0', addresses: ['10.0.0.2/24'], peer: 'host:va' }] },
        b: { links: [{ name: 'eth0', addresses: ['10.0.0.3/24'], peer: 'host:vb' }], sockets: ['tcp 0.0.0.0:80'] },
      }),
    ]);
  const verdict = (text: string, dst: string) =>
    trace(bridged(text), {
      origin: { kind: 'socket', host: 'n', namespace: 'nodes/n/a' },
      dst: ip(dst),
      dport: 80,
      protocol: 6,
      sport: 40000,
    }).verdict;
  const chain = (hook: string, ...rules: readonly (readonly unknown[])[]) => nft({ family: 'bridge', table: 't', hook, prio: -200, rules });
  const device = (key: 'iifname' | 'oifname', right: string) => ({ match: { op: '==', left: { meta: { key } }, right } });

  test.each<[why: string, nft: string, switched: string, up: string]>([
    ['forward, for what is switched', chain('forward', [drop]), 'dropped', 'delivered'],
    ['input, for what is for the host', chain('input', [drop]), 'delivered', 'dropped'],
    ['output, for what the host sends', chain('output', [drop]), 'delivered', 'dropped'],
    ['prerouting, by port', chain('prerouting', [device('iifname', 'va'), drop]), 'dropped', 'dropped'],
    ['postrouting, by port', chain('postrouting', [device('oifname', 'vb'), drop]), 'dropped', 'delivered'],
    ['the bridge is no port', chain('prerouting', [device('iifname', 'br0'), drop]), 'delivered', 'delivered'],
    [
      'the sender’s MAC is in no dump',
      chain('prerouting', [
        { match: { op: '!=', left: { payload: { protocol: 'ether', field: 'saddr' } }, right: '02:00:00:00:00:01' } },
        drop,
      ]),
      'unknown',
      'unknown',
    ],
  ])('%s', (_why, text, switched, up) => {
    expect([verdict(text, '10.0.0.3'), verdict(text, '10.0.0.1')]).toEqual([switched, up]);
  });
});
