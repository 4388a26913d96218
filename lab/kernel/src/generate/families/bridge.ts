import fc from 'fast-check';
import { bridged } from '../../topology.ts';
import { type Piece, ruleset } from '../arbitraries/iptables.ts';
import { type Pool, not } from '../arbitraries/pool.ts';
import type { Family } from '../family.ts';

/** The addresses of a bridge with two pods; what is beyond them nobody has. */
const POOL: Pool = {
  six: false,
  addresses: ['10.9.0.1', '10.9.0.2', '10.9.0.3', '10.9.0.3', '10.9.0.4', '10.9.0.9', '10.96.0.1', '10.96.0.2', '10.7.7.7', '10.78.0.1'],
  answering: ['10.9.0.1', '10.9.0.2', '10.9.0.3', '10.9.0.3', '10.9.0.4'],
  networks: ['10.9.0.0/24', '10.9.0.2/31', '10.9.0.3/32', '10.96.0.0/16', '10.9.0.0/16'],
  everything: '0.0.0.0/0',
  sources: ['10.9.0.2'],
  ranges: ['10.9.0.2-10.9.0.3', '10.96.0.1-10.96.0.2'],
  router: ['10.9.0.1', '10.78.0.1'],
  devices: ['br0', 'rx'],
  x: {},
  y: {},
};

const PORTS: readonly Piece[] = [
  {
    kind: 'physdev',
    text: fc.oneof(
      fc.tuple(not, fc.constantFrom('rx', 'ry', 'r+')).map(([no, device]) => `-m physdev ${no}--physdev-in ${device}`),
      fc.constantFrom('-m physdev --physdev-is-bridged', '-m physdev ! --physdev-is-bridged', '-m physdev --physdev-is-in'),
    ),
  },
  {
    kind: 'physdev',
    text: fc.tuple(not, fc.constantFrom('rx', 'ry')).map(([no, device]) => `-m physdev ${no}--physdev-out ${device} --physdev-is-bridged`),
    chains: ['FORWARD'],
  },
];

const frameRule = fc
  .tuple(
    fc.constantFrom(
      '',
      'iifname "rx" ',
      'oifname "ry" ',
      'ip daddr 10.9.0.3 ',
      'ip saddr 10.9.0.2 ',
      'udp dport 9 ',
      'tcp dport 80 ',
      'ether type ip meta l4proto udp ',
      'meta mark 0x1 ',
    ),
    fc.constantFrom('accept', 'drop', 'meta mark set 0x1', 'counter'),
  )
  .map((words) => words.join(''));

/** Chains of the bridge itself; ARP passes them as well, and is let through. */
const frames = fc
  .array(fc.tuple(fc.constantFrom('prerouting', 'input', 'forward', 'output', 'postrouting'), fc.array(frameRule, { maxLength: 2 })), {
    maxLength: 2,
  })
  .map((chains) =>
    chains.length === 0
      ? ''
      : `table bridge b {\n${chains
          .map(([hook, rules], index) => {
            const fitting = rules.filter((rule) =>
              rule.startsWith('oif')
                ? hook !== 'prerouting' && hook !== 'input'
                : !rule.startsWith('iif') || (hook !== 'output' && hook !== 'postrouting'),
            );
            return ` chain c${String(index)} {\n  type filter hook ${hook} priority 0; policy accept;\n  ether type arp accept\n${fitting.map((rule) => `  ${rule}\n`).join('')} }\n`;
          })
          .join('')}}\n`,
  );

const ingress = fc
  .constantFrom(
    '',
    '',
    'udp dport 10 drop',
    'ip saddr 10.9.0.2 tcp dport 81 drop',
    'meta l4proto icmp drop',
    'ip daddr 10.96.0.2 meta mark set 0x10',
  )
  .map((rule) =>
    rule === ''
      ? ''
      : `table netdev n {\n chain c {\n  type filter hook ingress device "rx" priority 0; policy accept;\n  ${rule}\n }\n}\n`,
  );

const often = (value: number): fc.Arbitrary<number> => fc.constantFrom(value, value, value, 1 - value);
const portOptions = fc
  .subarray(['hairpin on', 'isolated on', 'learning off', 'flood off'], { maxLength: 2 })
  .map((options) => options.join(' '));

const lab = fc
  .record({
    filter: often(1),
    forward: often(1),
    rx: fc.option(portOptions, { freq: 2 }),
    ry: fc.option(portOptions, { freq: 2 }),
    rules: ruleset(POOL, PORTS),
    legacy: fc.boolean(),
    frames,
    ingress,
    fixed: fc.constantFrom('', '', '10.9.0.3 lladdr 02:00:00:00:00:77 dev br0 nud permanent'),
    rp: fc.constantFrom(0, 0, 1, 2),
    own: fc.boolean(),
  })
  .map(({ filter, forward, rx, ry, rules, legacy, frames: bridge, ingress: netdev, fixed, rp, own }) =>
    bridged({
      r: {
        sysctls: { 'bridge.bridge-nf-call-iptables': filter, 'ipv4.ip_forward': forward, 'ipv4.conf.br0.rp_filter': rp },
        [legacy ? 'legacy' : 'iptables']: rules,
        ...(bridge + netdev === '' ? {} : { nft: bridge + netdev }),
        neighbours: fixed === '' ? [] : [fixed],
        listeners: ['udp 10.9.0.1:9'],
        then: own ? ['ip addr add 10.78.0.1/24 dev rx'] : [],
      },
      ...(rx === null || rx === '' ? {} : { rx }),
      ...(ry === null || ry === '' ? {} : { ry }),
    }),
  );

const probe = fc
  .record({
    from: fc.constantFrom('x', 'x', 'x', 'r', 'y'),
    protocol: fc.constantFrom('udp', 'udp', 'tcp', 'icmp'),
    to: fc.constantFrom(...POOL.addresses),
    port: fc.constantFrom(9, 9, 10, 80, 81),
    more: fc.constantFrom('', '', '', ' ttl 1', ' mark 1', ' size 200'),
  })
  .map(
    ({ from, protocol, to, port, more }) =>
      `${from} ${protocol} ${to}${protocol === 'icmp' ? '' : `:${String(protocol === 'tcp' && port === 9 ? 80 : port)}`}${more}`,
  );

/** A host with a bridge and two pods on it. */
export const bridge: Family = { name: 'bridge', lab, probe };
