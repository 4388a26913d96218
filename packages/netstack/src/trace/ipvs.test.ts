import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { type NamespaceSpec, host, ip, world } from '../testing/world.ts';
import { trace } from './trace.ts';
import type { TraceRequest } from './trace.types.ts';

/**
 * IPVS on a node between two pods. The kernel at hand has none: the answers are those of its source, and of what is known of kube-proxy
 * in this mode.
 */

const VIP = '10.96.0.1';
const SERVICE = 'TCP  0A600001:0050 rr';
const TO_B = '  -> 0A000202:1F90      Masq    1      0          0';
const TO_A = '  -> 0A000102:1F90      Masq    1      0          0';

interface Change {
  readonly ipvs?: string;
  readonly iptables?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly sockets?: readonly string[];
  readonly b?: Partial<NamespaceSpec>;
}

function node({ b, ...change }: Change) {
  const links = [
    { name: 'va', addresses: ['10.0.1.1/24'], peer: 'a:eth0' },
    { name: 'vb', addresses: ['10.0.2.1/24'], peer: 'b:eth0' },
    // Down, and its addresses are local all the same.
    { name: 'kube-ipvs0', addresses: [`${VIP}/32`], device: { kind: 'dummy' as const }, up: false },
  ];
  return host('n', {
    host: { links, ipvs: `${SERVICE}\n${TO_B}\n`, ...change },
    a: {
      links: [{ name: 'eth0', addresses: ['10.0.1.2/24'], peer: 'host:va' }],
      routes: ['default via 10.0.1.1 dev eth0'],
      sockets: ['tcp 0.0.0.0:8080'],
    },
    b: {
      links: [{ name: 'eth0', addresses: ['10.0.2.2/24'], peer: 'host:vb' }],
      routes: ['default via 10.0.2.1 dev eth0'],
      sockets: ['tcp 0.0.0.0:8080'],
      ...b,
    },
  });
}

function ask(change: Change, request: Partial<TraceRequest> & { readonly from?: 'a' | 'host' } = {}) {
  const { from = 'a', ...more } = request;
  return trace(world([node(change)]), {
    origin: { kind: 'socket', host: 'n', namespace: `nodes/n/${from}` },
    dst: ip(VIP),
    protocol: 6,
    dport: 80,
    ...more,
  });
}

/** `b 10.0.1.2 > 10.0.2.2:8080`, or the first cause. */
function outcome(result: ReturnType<typeof ask>): string {
  if (result.verdict !== 'delivered') {
    const causes = result.paths.flatMap((path) => path.causes);
    return `${result.verdict} ${causes[0]?.code ?? ''} in ${causes[0]?.namespace.split('/').at(-1) ?? ''}`;
  }
  const received = result.paths[0]?.received;
  if (received === undefined) return 'delivered to nobody';
  const { src, dst, dport } = received.packet;
  return `${received.namespace.split('/').at(-1) ?? ''} ${formatIp(src)} > ${formatIp(dst)}:${String(dport)}`;
}

const nat = (rule: string) => `*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING ${rule}`;
const filter = (rule: string) => `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A ${rule}`;

describe('from a pod, by NAT', () => {
  test.each<[string, Change, string]>([
    ['the server gets it', {}, 'b 10.0.1.2 > 10.0.2.2:8080'],
    ['INPUT sees the virtual address', { iptables: filter(`INPUT -d ${VIP}/32 -j DROP`) }, 'dropped NETFILTER_DROP in host'],
    ['OUTPUT sees the server', { iptables: filter('OUTPUT -d 10.0.2.2/32 -j DROP') }, 'dropped NETFILTER_DROP in host'],
    ['FORWARD does not see the request', { iptables: filter('FORWARD -d 10.0.2.2/32 -j DROP') }, 'b 10.0.1.2 > 10.0.2.2:8080'],
    ['it sees the answer', { iptables: filter('FORWARD -s 10.0.2.2/32 -j DROP') }, 'dropped NETFILTER_DROP in host'],
    [
      'only the answer needs forwarding',
      { sysctls: { 'net/ipv4/conf/vb/forwarding': '0', 'net/ipv4/conf/va/forwarding': '0' } },
      'dropped SYSCTL_FORWARDING_OFF in host',
    ],
    [
      'POSTROUTING translates where IPVS tracks connections',
      { iptables: nat('-d 10.0.2.2/32 -j MASQUERADE'), sysctls: { 'net/ipv4/vs/conntrack': '1' } },
      'b 10.0.2.1 > 10.0.2.2:8080',
    ],
    ['and not where it does not', { iptables: nat('-d 10.0.2.2/32 -j MASQUERADE') }, 'b 10.0.1.2 > 10.0.2.2:8080'],
    ['a client that is the server drops its own address', { ipvs: `${SERVICE}\n${TO_A}` }, 'dropped ROUTE_MARTIAN_SOURCE in a'],
    [
      'unless it is translated',
      { ipvs: `${SERVICE}\n${TO_A}`, iptables: nat('-d 10.0.1.2/32 -j MASQUERADE'), sysctls: { 'net/ipv4/vs/conntrack': '1' } },
      'a 10.0.1.1 > 10.0.1.2:8080',
    ],
    ['no server', { ipvs: SERVICE }, 'rejected IPVS_NO_SERVER in host'],
    ['none with a weight', { ipvs: `${SERVICE}\n${TO_B.replace(' 1 ', ' 0 ')}` }, 'rejected IPVS_NO_SERVER in host'],
    [
      'a server of this very node',
      { ipvs: `${SERVICE}\n  -> 0A000201:2382      Masq    1      0          0`, sockets: ['tcp 0.0.0.0:9090'] },
      'host 10.0.1.2 > 10.0.2.1:9090',
    ],
    [
      'by a mark',
      {
        ipvs: `FWM  00000001 rr\n${TO_B}`,
        iptables: '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j MARK --set-xmark 0x1/0xffffffff',
      },
      'b 10.0.1.2 > 10.0.2.2:8080',
    ],
  ])('%s', (_what, change, expected) => {
    expect(outcome(ask(change))).toBe(expected);
  });

  test.each<[string, Change, number, string]>([
    ['is the node itself', {}, 22, 'rejected SOCKET_NOT_LISTENING in host'],
    ['reaches what listens there on every address', { sockets: ['tcp 0.0.0.0:22'] }, 22, `host 10.0.1.2 > ${VIP}:22`],
    [
      'is served by a service of every port',
      { ipvs: `TCP  0A600001:0000 rr\n${TO_B.replace('1F90', '0000')}` },
      8080,
      'b 10.0.1.2 > 10.0.2.2:8080',
    ],
  ])('another port of the virtual address %s', (_what, change, dport, expected) => {
    expect(outcome(ask(change, { dport }))).toBe(expected);
  });

  test('a server that does not listen resets in the name of the virtual address', () => {
    const result = ask({ b: { sockets: [] } });
    expect(result.verdict).toBe('rejected');
    expect(result.paths[0]?.error?.kind).toBe('tcp-reset');
    const steps = result.paths[1]?.hops.flatMap((hop) => hop.steps) ?? [];
    expect(steps.find((step) => step.kind === 'nat')).toMatchObject({ restored: true, after: { src: ip(VIP), sport: 80 } });
  });
});

describe('from the node itself', () => {
  test.each<[string, Change, string]>([
    ['the source is the virtual address', {}, `b ${VIP} > 10.0.2.2:8080`],
    [
      'or what POSTROUTING makes of it',
      { iptables: nat('-d 10.0.2.2/32 -j MASQUERADE'), sysctls: { 'net/ipv4/vs/conntrack': '1' } },
      'b 10.0.2.1 > 10.0.2.2:8080',
    ],
    ['no server', { ipvs: SERVICE }, 'rejected IPVS_NO_SERVER in host'],
    ['OUTPUT sees the server', { iptables: filter('OUTPUT -d 10.0.2.2/32 -j DROP') }, 'dropped NETFILTER_DROP in host'],
  ])('%s', (_what, change, expected) => {
    expect(outcome(ask(change, { from: 'host' }))).toBe(expected);
  });
});

describe('schedulers are sets of outcomes', () => {
  const servers = `  -> 0A000102:1F90      Masq    1      0          0\n  -> 0A000202:1F90      Masq    3      0          0`;
  const likely = (scheduler: string) =>
    ask({ ipvs: `TCP  0A600001:0050 ${scheduler}\n${servers}` }, { reply: false }).paths.map((path) => path.probability);

  test.each([
    ['rr', [0.5, 0.5]],
    ['wrr', [0.25, 0.75]],
    ['lc', [0.5, 0.5]],
    ['sh persistent 10800 FFFFFFFF', [0.25, 0.75]],
    ['fo', [1]],
  ])('%s', (scheduler, expected) => {
    expect(likely(scheduler)).toEqual(expected);
  });
});

describe('without NAT', () => {
  const lo = { name: 'vip', addresses: [`${VIP}/32`], device: { kind: 'dummy' as const } };
  const eth0 = { name: 'eth0', addresses: ['10.0.2.2/24'], peer: 'host:vb' };
  const b = { links: [eth0, lo], sockets: ['tcp 0.0.0.0:80'] };
  const direct = `${SERVICE}\n  -> 0A000202:0050      Route   1      0          0`;
  const tunnelled = `${SERVICE}\n  -> 0A000202:0050      Tunnel  1      0          0`;
  const tunl0 = {
    name: 'tunl0',
    noarp: true,
    device: { kind: 'tunnel' as const, type: 'ipip' as const, local: undefined, remote: undefined, outKey: undefined, inKey: undefined },
  };

  test.each<[string, Change, string]>([
    ['by link-layer address: the server has the virtual address', { ipvs: direct, b }, `b 10.0.1.2 > ${VIP}:80`],
    ['one that has it not forwards it', { ipvs: direct, b: { sockets: ['tcp 0.0.0.0:80'] } }, 'dropped SYSCTL_FORWARDING_OFF in b'],
    ['in a tunnel', { ipvs: tunnelled, b: { ...b, links: [eth0, lo, tunl0] } }, `b 10.0.1.2 > ${VIP}:80`],
    ['to one that has no tunnel', { ipvs: tunnelled, b }, 'dropped SOCKET_NOT_LISTENING in b'],
  ])('%s', (_what, change, expected) => {
    const sysctls = { 'net/ipv4/conf/eth0/forwarding': '0' };
    expect(outcome(ask({ ...change, b: { ...change.b, sysctls } }, { reply: false }))).toBe(expected);
  });

  test('an answer that comes back through the node has a source of its own, and is dropped', () => {
    const announces = { ...b, sysctls: { 'net/ipv4/conf/all/arp_announce': '2' } };
    expect(outcome(ask({ ipvs: direct, b: announces }))).toBe('dropped ROUTE_MARTIAN_SOURCE in host');
    // Who has asked the server is known to it: nobody is asked on the way back.
    expect(outcome(ask({ ipvs: direct, b }))).toBe('dropped ROUTE_MARTIAN_SOURCE in host');
  });
});

test('services that were not read leave it open', () => {
  const built = node({});
  const spaces = new Map([...built.namespaces].map(([id, ns]) => [id, { ...ns, ipvs: [], gaps: ns.gaps }]));
  const root = spaces.get(built.root);
  if (root === undefined) throw new Error('no root');
  spaces.set(built.root, { ...root, gaps: [{ topic: 'ipvs', kind: 'missing', why: 'ip-vs was not collected' }] });
  const result = trace(world([{ ...built, namespaces: spaces }]), {
    origin: { kind: 'socket', host: 'n', namespace: 'nodes/n/a' },
    dst: ip(VIP),
    protocol: 6,
    dport: 80,
  });
  expect(result.verdict).toBe('unknown');
});
