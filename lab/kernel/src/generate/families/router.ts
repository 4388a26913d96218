import fc from 'fast-check';
import { routed } from '../../topology.ts';
import type { Family } from '../family.ts';

const ADDRESSES = ['10.9.0.1', '10.9.0.2', '10.9.1.1', '10.9.1.2', '10.9.1.9', '20.0.0.1', '20.0.1.1', '10.7.7.7'];
const NETWORKS = ['0.0.0.0/0', '10.9.0.0/16', '10.9.0.0/24', '10.9.1.2/32', '20.0.0.0/8', '20.0.0.0/24', '10.7.7.7/32'];
const PORTS = [9, 10, 80, 81];

const address = fc.constantFrom(...ADDRESSES);
const network = fc.constantFrom(...NETWORKS);
const port = fc.constantFrom(...PORTS);
const not = fc.constantFrom('', '', '', '! ');

const route = fc
  .record({
    to: fc.constantFrom('20.0.0.0/8', '20.0.0.0/24', '20.0.0.1/32', '10.7.7.0/24', 'default'),
    by: fc.constantFrom(
      'via 10.9.0.2',
      'via 10.9.1.2',
      'via 10.9.1.1',
      'dev ry',
      'dev rx',
      'blackhole',
      'unreachable',
      'prohibit',
      'throw',
      'local',
    ),
    metric: fc.constantFrom('', ' metric 5', ' metric 7'),
    table: fc.constantFrom('', ' table 60'),
  })
  .map(({ to, by, metric, table }) => {
    if (by === 'local') return `local ${to} dev lo${metric}${table}`;
    return by.includes(' ') ? `${to} ${by}${metric}${table}` : `${by} ${to}${metric}${table}`;
  });

const rule = fc
  .record({
    not: fc.constantFrom('', '', '', 'not '),
    from: fc.option(network),
    to: fc.option(network),
    more: fc.constantFrom('', ' iif rx', ' iif lo', ' fwmark 1', ' fwmark 0x10/0xf0', ' ipproto udp dport 9-10', ' ipproto tcp'),
    action: fc.constantFrom('lookup 60', 'lookup 60', 'lookup main suppress_prefixlength 0', 'prohibit', 'unreachable', 'blackhole', 'nop'),
  })
  .map(({ not: no, from, to, more, action }) =>
    `${no}${from === null ? '' : `from ${from} `}${to === null ? '' : `to ${to}`}${more} ${action}`
      .replace('from 0.0.0.0/0', 'from all')
      .replace('to 0.0.0.0/0', 'to all'),
  );

const protocol = fc.oneof(
  fc.constant(''),
  fc.constantFrom('-p udp ', '-p tcp ', '-p icmp '),
  fc.tuple(fc.constantFrom('udp', 'tcp'), not, port).map(([name, no, number]) => `-p ${name} -m ${name} ${no}--dport ${String(number)} `),
);

/** Everything can't be negated. */
function sure(no: string, it: string): string {
  return it === '0.0.0.0/0' ? '' : no;
}

const match = fc.oneof(
  fc.constant(''),
  fc.tuple(not, network).map(([no, it]) => `${sure(no, it)}-s ${it} `),
  fc.tuple(not, network).map(([no, it]) => `${sure(no, it)}-d ${it} `),
  fc
    .tuple(not, fc.constantFrom('NEW', 'ESTABLISHED', 'NEW,RELATED', 'INVALID', 'DNAT', 'SNAT'))
    .map(([no, it]) => `-m conntrack ${no}--ctstate ${it} `),
  fc.tuple(not, fc.constantFrom('1', '0x10/0xf0')).map(([no, it]) => `-m mark ${no}--mark ${it} `),
  fc.tuple(not, fc.constantFrom('LOCAL', 'UNICAST')).map(([no, it]) => `-m addrtype ${no}--dst-type ${it} `),
);

/** At most two matches, of different kinds: a tool takes no kind twice. */
const matches = fc.uniqueArray(match, { maxLength: 2, selector: (text) => /-m \w+|-[sd]/.exec(text)?.[0] }).map((texts) => texts.join(''));

function rules(chains: readonly string[], targets: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc.array(
    fc
      .tuple(fc.constantFrom(...chains), protocol, matches, targets)
      // What OUTPUT rejects is told by an ICMP of one's own or by the call itself: programs can't tell which.
      .map(([chain, kind, more, target]) => `-A ${chain} ${kind}${more}-j ${chain === 'OUTPUT' && target === 'REJECT' ? 'DROP' : target}`),
    { maxLength: 4 },
  );
}

const filter = fc
  .record({
    policy: fc.constantFrom('ACCEPT', 'ACCEPT', 'DROP'),
    own: rules(['X'], fc.constantFrom('ACCEPT', 'DROP', 'RETURN')),
    rules: rules(['INPUT', 'FORWARD', 'OUTPUT', 'FORWARD'], fc.constantFrom('ACCEPT', 'DROP', 'REJECT', 'X', 'RETURN')),
  })
  .map(({ policy, own, rules: more }) => ['*filter', `:FORWARD ${policy} [0:0]`, ':X - [0:0]', ...own, ...more, 'COMMIT']);

const mangle = rules(
  ['PREROUTING', 'OUTPUT', 'FORWARD', 'INPUT', 'POSTROUTING'],
  fc.constantFrom('MARK --set-mark 1', 'MARK --or-mark 0x10', 'DROP', 'CONNMARK --save-mark'),
).map((more) => ['*mangle', ...more, 'COMMIT']);

const nat = fc
  .tuple(
    fc.array(
      fc
        .tuple(fc.constantFrom('PREROUTING', 'OUTPUT'), protocol, network, address)
        .map(([chain, a, to, by]) => `-A ${chain} ${a}-d ${to} -j DNAT --to-destination ${by}`),
      { maxLength: 2 },
    ),
    fc.array(
      fc
        .tuple(protocol, network, fc.constantFrom('MASQUERADE', 'SNAT --to-source 10.9.1.1', 'SNAT --to-source 10.9.0.1', 'RETURN'))
        .map(([a, to, by]) => `-A POSTROUTING ${a}-d ${to} -j ${by}`),
      { maxLength: 2 },
    ),
  )
  .map(([to, from]) => ['*nat', ...to, ...from, 'COMMIT']);

const probe = fc
  .tuple(
    fc.constantFrom('x', 'x', 'x', 'r', 'y'),
    fc.constantFrom('tcp', 'udp'),
    address,
    port,
    fc.constantFrom('', '', ' mark 1', ' mark 0x10', ' ttl 1'),
  )
  .map(([from, kind, to, number, more]) => `${from} ${kind} ${to}:${String(number)}${more}`);

const sysctls = fc.record({
  'ipv4.ip_forward': fc.constantFrom(1, 1, 1, 1, 0),
  'ipv4.conf.rx.rp_filter': fc.constantFrom(0, 0, 1, 2),
  'ipv4.conf.all.send_redirects': fc.constantFrom(0, 1),
});

const lab = fc
  .record({
    routes: fc.uniqueArray(route, { maxLength: 4, selector: (line) => line.replace(/via \S+|dev \S+/g, '') }),
    rules: fc.array(rule, { maxLength: 2 }),
    tables: fc.tuple(filter, mangle, nat),
    legacy: fc.boolean(),
    sysctls,
  })
  .map(({ routes, rules: policy, tables, legacy, sysctls: settings }) =>
    routed({
      r: {
        // A second route that differs in nothing that counts is refused: then it is left out.
        then: routes.map((line) => `ip route add ${line} 2>/dev/null || :`),
        rules: policy,
        // A server on a wildcard answers from an address that no dump tells.
        listeners: ['udp 10.9.0.1:9', 'udp 10.9.1.1:9'],
        sysctls: settings,
        [legacy ? 'legacy' : 'iptables']: `${tables.flat().join('\n')}\n`,
      },
      x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['20.0.0.1/32'] }] },
      y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['20.0.1.1/32'] }] },
    }),
  );

/** A router with what a node may have, between two machines that also own what some of its routes lead to. */
export const router: Family = { name: 'router', lab, probe };
