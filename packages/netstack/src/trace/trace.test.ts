import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { type NamespaceSpec, host, ip, macOf, net, world } from '../testing/world.ts';
import { trace } from './trace.ts';
import type { TraceRequest } from './trace.types.ts';

/** Two pods behind a router, as a CNI with routed pods makes them. */
function routed(
  parts: { router?: Partial<NamespaceSpec>; a?: Partial<NamespaceSpec>; b?: Partial<NamespaceSpec> } = {},
): ReturnType<typeof world> {
  return world([
    host('n', {
      host: {
        links: [
          { name: 'va', addresses: ['10.0.1.1/24'], peer: 'a:eth0' },
          { name: 'vb', addresses: ['10.0.2.1/24'], peer: 'b:eth0' },
        ],
        ...parts.router,
      },
      a: { links: [{ name: 'eth0', addresses: ['10.0.1.2/24'], peer: 'host:va' }], routes: ['default via 10.0.1.1 dev eth0'], ...parts.a },
      b: {
        links: [{ name: 'eth0', addresses: ['10.0.2.2/24'], peer: 'host:vb' }],
        routes: ['default via 10.0.2.1 dev eth0'],
        sockets: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:53'],
        ...parts.b,
      },
    }),
  ]);
}

const fromA = (more: Partial<TraceRequest> = {}): TraceRequest => ({
  origin: { kind: 'socket', host: 'n', namespace: 'nodes/n/a' },
  dst: ip('10.0.2.2'),
  protocol: 6,
  dport: 80,
  ...more,
});
const udp = { protocol: 17, dport: 53 } as const;

describe('a packet that arrives on a device, from a sender that was dumped as well', () => {
  const fromTheWire: Partial<TraceRequest> = {
    origin: { kind: 'wire', host: 'n', namespace: 'nodes/n/host', device: 'va' },
    src: ip('10.0.1.2'),
  };
  test.each<[name: string, parts: Parameters<typeof routed>[0], request: Partial<TraceRequest>, verdict: string]>([
    ['its answer gets back', {}, {}, 'delivered'],
    ['so does its refusal', {}, { dport: 81 }, 'rejected'],
    ['its answer is lost', { router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -s 10.0.2.2/32 -j DROP' } }, {}, 'dropped'],
  ])('%s', (_name, parts, request, verdict) => {
    expect(trace(routed(parts), fromA({ ...fromTheWire, ...request })).verdict).toBe(verdict);
  });
});

describe('loops are found', () => {
  test('between namespaces: the TTL ends it, and the cause is the loop', () => {
    const router = { routes: ['20.0.0.0/24 via 10.0.2.2 dev vb'] };
    const b = { sysctls: { 'net/ipv4/ip_forward': '1', 'net/ipv4/conf/eth0/forwarding': '1' } };
    const { verdict, paths } = trace(routed({ router, b }), fromA({ dst: ip('20.0.0.1') }));
    expect(verdict).toBe('rejected');
    expect(paths[0]).toMatchObject({ causes: [{ code: 'ROUTE_LOOP' }], error: { kind: 'icmp-11/0' } });
    expect(paths[0]?.hops.length).toBeLessThanOrEqual(65);
  });

  test('between bridges, where no TTL is lost', () => {
    const bridge = (peer: string) => ({
      links: [
        {
          name: 'br',
          device: { kind: 'bridge', stp: false, vlanFiltering: false, nfCallIptables: false, nfCallIp6tables: false } as const,
        },
        ...[1, 2].map((n) => ({ name: `p${String(n)}`, peer: `${peer}:p${String(n)}`, master: 'br' })),
        { name: 'in', peer: peer === 'host' ? 'y:eth0' : 'x:eth0', master: 'br' },
      ],
    });
    const end = (ip4: string, peer: string) => ({
      links: [{ name: 'eth0', addresses: [`10.0.0.${ip4}/24`], peer }],
      sockets: ['tcp 0.0.0.0:80'],
    });
    const ring = world([host('n', { host: bridge('b'), b: bridge('host'), x: end('2', 'host:in'), y: end('3', 'b:in') })]);
    const request = { ...fromA({ dst: ip('10.0.0.3') }), origin: { kind: 'socket', host: 'n', namespace: 'nodes/n/x' } } as const;
    const { paths } = trace(ring, request);
    expect(paths.length).toBeLessThanOrEqual(256);
    for (const { hops } of paths) expect(hops.length).toBeLessThanOrEqual(64);
  });
});

describe('forks are bounded, and what is cut says so', () => {
  const nft = (expr: readonly unknown[]): string =>
    JSON.stringify({
      nftables: [
        { table: { family: 'ip', name: 't' } },
        { chain: { family: 'ip', table: 't', name: 'c', type: 'filter', hook: 'forward', prio: 0, policy: 'accept' } },
        { rule: { family: 'ip', table: 't', chain: 'c', expr } },
      ],
    });
  const marked = (left: unknown): readonly unknown[] => [{ mangle: { key: { meta: { key: 'mark' } }, value: left } }];
  const numgen = (mod: number): unknown => ({ numgen: { mode: 'random', mod, offset: 0 } });
  const dice = Array.from(
    { length: 10 },
    (_, i) =>
      `-A FORWARD -m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x${(1 << i).toString(16)}/0x${(1 << i).toString(16)}`,
  );
  test.each<[why: string, router: Partial<NamespaceSpec>, most: number, cut: number]>([
    ['as many values as there is room for', { nft: nft(marked(numgen(200))) }, 256, 0],
    ['more', { nft: nft(marked(numgen(1024))) }, 256, 0.75],
    ['statistic, ten times one behind the other', { iptables: ['*filter', ...dice].join('\n') }, 256, 0.75],
  ])('%s', (_why, router, most, cut) => {
    const { verdict, paths } = trace(routed({ router }), fromA({ reply: false }));
    const beyond = paths.filter(({ causes }) => causes[0]?.code === 'MODEL_FORK_LIMIT');
    expect(paths.length - beyond.length).toBeLessThanOrEqual(most);
    expect(beyond.reduce((sum, { probability }) => sum + (probability ?? NaN), 0)).toBeCloseTo(cut);
    expect(beyond.length).toBeLessThanOrEqual(16);
    expect(verdict).toBe(cut === 0 ? 'delivered' : 'unknown');
  });
});

describe('T42: a packet on its way in fragments, of which only the first has ports', () => {
  const small = { links: [{ name: 'eth0', addresses: ['10.0.1.2/24'], peer: 'host:va', mtu: 700 }] };
  const rules = (...lines: readonly string[]): string => ['*filter', ':FORWARD DROP [0:0]', ...lines, 'COMMIT', ''].join('\n');
  const port = '-A FORWARD -p udp -m udp --dport 53 -j ACCEPT';
  test.each<[why: string, iptables: string, length: number, verdict: string]>([
    ['whole', rules(port), 600, 'delivered'],
    ['what rules make of the others nobody knows', rules(port), 1200, 'unknown'],
    ['where nobody wrote any, they pass', '', 1200, 'delivered'],
    ['tracking puts them together', rules(port, '-A FORWARD -m conntrack --ctstate INVALID'), 1200, 'delivered'],
    ['what is dropped anyway is', rules(), 1200, 'dropped'],
  ])('%s', (_why, iptables, length, verdict) => {
    const { verdict: said } = trace(routed({ a: small, router: { iptables } }), fromA({ ...udp, length, df: false, reply: false }));
    expect(said).toBe(verdict);
  });
});

test('T31: a socket that is bound to a device asks there, whatever the tables say', () => {
  const alone = { links: [{ name: 'eth0', addresses: ['10.0.1.2/24'], peer: 'host:va' }], routes: [], sockets: [] };
  const to = { dst: ip('10.0.1.1'), protocol: 1, dport: 0 };
  const origin = { kind: 'socket', host: 'n', namespace: 'nodes/n/a' } as const;
  const lost = routed({ a: { ...alone, rules: [{ action: { kind: 'prohibit' } }] } });
  expect(trace(lost, fromA(to)).verdict).toBe('rejected');
  expect(trace(lost, fromA({ ...to, origin: { ...origin, device: 'eth0' }, reply: false })).verdict).toBe('delivered');
});

test('T36: a packet that is INVALID passes translation as it is, with the sender’s own address; tried on Linux 6.18', () => {
  const iptables = '*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o vb -j MASQUERADE\nCOMMIT\n';
  const invalid = '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m conntrack ! --ctstate INVALID -j DROP\nCOMMIT\n';
  const sourceAt = (icmp: { readonly type: number; readonly code: number }, rules: string): string | undefined => {
    const { paths } = trace(routed({ router: { iptables: rules } }), fromA({ protocol: 1, dport: 0, icmp, reply: false }));
    const arrived = paths[0]?.hops.find(({ namespace }) => namespace === 'nodes/n/b')?.in?.packet.src;
    return arrived === undefined ? undefined : formatIp(arrived);
  };
  expect(sourceAt({ type: 8, code: 0 }, iptables)).toBe('10.0.2.1');
  expect(sourceAt({ type: 0, code: 0 }, iptables)).toBe('10.0.1.2');
  expect(sourceAt({ type: 0, code: 0 }, iptables + invalid)).toBe('10.0.1.2');
  expect(sourceAt({ type: 8, code: 0 }, iptables + invalid)).toBeUndefined();
});

describe('two pods behind a router', () => {
  test.each<
    [
      name: string,
      parts: Parameters<typeof routed>[0],
      request: Partial<TraceRequest>,
      verdict: string,
      code: string | undefined,
      on: string | undefined,
    ]
  >([
    ['healthy TCP', {}, {}, 'delivered', undefined, undefined],
    ['healthy UDP', {}, udp, 'delivered', undefined, undefined],
    ['nobody listens: the reset comes back', {}, { dport: 81 }, 'rejected', 'SOCKET_NOT_LISTENING', 'b'],
    ['a listener on loopback alone', { b: { sockets: ['tcp 127.0.0.1:80'] } }, {}, 'rejected', 'SOCKET_NOT_LISTENING', 'b'],
    [
      'forwarding off on the in-device',
      { router: { sysctls: { 'net/ipv4/conf/va/forwarding': '0' } } },
      {},
      'dropped',
      'SYSCTL_FORWARDING_OFF',
      'host',
    ],
    [
      'forwarding off on the way back',
      { router: { sysctls: { 'net/ipv4/conf/vb/forwarding': '0' } } },
      {},
      'dropped',
      'SYSCTL_FORWARDING_OFF',
      'host',
    ],
    [
      'DROP in FORWARD',
      { router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -d 10.0.2.2/32 -j DROP' } },
      {},
      'dropped',
      'NETFILTER_DROP',
      'host',
    ],
    [
      'REJECT in FORWARD',
      { router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -d 10.0.2.2/32 -j REJECT --reject-with icmp-port-unreachable' } },
      {},
      'rejected',
      'NETFILTER_REJECT',
      'host',
    ],
    ['policy DROP', { router: { iptables: '*filter\n:FORWARD DROP [0:0]' } }, {}, 'dropped', 'NETFILTER_POLICY_DROP', 'host'],
    [
      'the same in the legacy backend beside',
      { router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]', legacy: '*filter\n:FORWARD DROP [0:0]' } },
      {},
      'dropped',
      'NETFILTER_POLICY_DROP',
      'host',
    ],
    [
      'DROP in the pod itself',
      { b: { iptables: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j DROP' } },
      {},
      'dropped',
      'NETFILTER_DROP',
      'b',
    ],
    [
      'the answer is dropped',
      { router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -s 10.0.2.2/32 -j DROP' } },
      {},
      'dropped',
      'NETFILTER_DROP',
      'host',
    ],
    [
      'a reset that gets lost is silence',
      { router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -s 10.0.2.2/32 -j DROP' } },
      { dport: 81 },
      'dropped',
      'SOCKET_NOT_LISTENING',
      'b',
    ],
    [
      'DROP in OUTPUT: a datagram fails with EPERM',
      { a: { iptables: '*filter\n:OUTPUT DROP [0:0]' } },
      udp,
      'rejected',
      'NETFILTER_POLICY_DROP',
      'a',
    ],
    [
      'DROP in OUTPUT: a handshake is only silent',
      { a: { iptables: '*filter\n:OUTPUT DROP [0:0]' } },
      {},
      'dropped',
      'NETFILTER_POLICY_DROP',
      'a',
    ],
    ['no route in the sender', { a: { routes: [] } }, {}, 'rejected', 'ROUTE_MISSING', 'a'],
    ['no route back', { b: { routes: [] } }, {}, 'dropped', 'ROUTE_MISSING', 'b'],
    ['no route on the router', {}, { dst: ip('10.9.9.9') }, 'rejected', 'ROUTE_MISSING', 'host'],
    [
      'a blackhole on the router',
      { router: { routes: ['blackhole 10.9.0.0/16'] } },
      { dst: ip('10.9.9.9') },
      'dropped',
      'ROUTE_BLACKHOLE',
      'host',
    ],
    [
      'a prohibit route on the router',
      { router: { routes: ['prohibit 10.9.0.0/16'] } },
      { dst: ip('10.9.9.9') },
      'rejected',
      'ROUTE_PROHIBIT',
      'host',
    ],
    ['nobody has the address', {}, { dst: ip('10.0.2.77') }, 'rejected', 'NEIGHBOUR_UNRESOLVED', 'host'],
    [
      'a permanent neighbour with a wrong address',
      { router: { neighbours: [{ ip: '10.0.2.2', dev: 'vb', mac: '02:00:00:00:00:77' }] } },
      {},
      'dropped',
      'NEIGHBOUR_WRONG_MAC',
      'host',
    ],
    [
      "the receiver's interface is down",
      {
        b: { links: [{ name: 'eth0', addresses: ['10.0.2.2/24'], peer: 'host:vb', up: false }] },
        router: {
          links: [
            { name: 'va', addresses: ['10.0.1.1/24'], peer: 'a:eth0' },
            { name: 'vb', addresses: ['10.0.2.1/24'], peer: 'b:eth0', carrier: false },
          ],
        },
      },
      {},
      'rejected',
      'LINK_DOWN',
      'b',
    ],
    [
      "the sender's interface is down",
      { a: { links: [{ name: 'eth0', addresses: ['10.0.1.2/24'], peer: 'host:va', up: false }], routes: [] } },
      {},
      'rejected',
      'LINK_DOWN',
      'a',
    ],
    ['the last hop of a TTL', {}, { ttl: 1 }, 'rejected', 'ROUTE_TTL_EXCEEDED', 'host'],
    [
      'a full packet with DF into a smaller device',
      {
        router: {
          links: [
            { name: 'va', addresses: ['10.0.1.1/24'], peer: 'a:eth0' },
            { name: 'vb', addresses: ['10.0.2.1/24'], peer: 'b:eth0', mtu: 1400 },
          ],
        },
      },
      { length: 1500 },
      'rejected',
      'MTU_EXCEEDED',
      'host',
    ],
    [
      'strict reverse path filter',
      { router: { sysctls: { 'net/ipv4/conf/va/rp_filter': '1' }, routes: ['10.7.0.0/16 via 10.0.2.2 dev vb'] } },
      { src: ip('10.7.0.1') },
      'dropped',
      'SYSCTL_RP_FILTER',
      'host',
    ],
    [
      'a policy rule by mark',
      { a: { rules: [{ priority: 10, fwmark: { value: 5, mask: 0xffffffff }, action: { kind: 'prohibit' } }] } },
      { mark: 5 },
      'rejected',
      'ROUTE_RULE_REFUSES',
      'a',
    ],
    [
      'a policy rule by source on the router',
      { router: { rules: [{ priority: 10, from: net('10.0.1.0/24'), action: { kind: 'blackhole' } }] } },
      {},
      'dropped',
      'ROUTE_RULE_REFUSES',
      'host',
    ],
  ])('%s', (_name, parts, request, verdict, code, on) => {
    const result = trace(routed(parts), fromA(request));
    const causes = result.paths.flatMap((path) => path.causes);
    expect({ verdict: result.verdict, code: causes[0]?.code, on: causes[0]?.namespace }).toEqual({
      verdict,
      code,
      on: on === undefined ? undefined : `nodes/n/${on}`,
    });
  });

  test('the source is chosen by the kernel, and the receiver sees it', () => {
    const [path] = trace(routed(), fromA()).paths;
    expect(path?.received?.packet.src).toBe(ip('10.0.1.2'));
    expect(path?.received?.packet.ttl).toBe(63);
  });
});

describe('translation', () => {
  const service = (rules: string): Partial<NamespaceSpec> => ({
    iptables: `*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules}`,
  });

  test('a DNAT is undone in the answer', () => {
    const result = trace(
      routed({ router: service('-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.2.2:80') }),
      fromA({ dst: ip('10.96.0.1'), dport: 443 }),
    );
    expect(result.verdict).toBe('delivered');
    const last = result.paths[1]?.hops.at(-1)?.in?.packet;
    expect([formatIp(last?.src ?? 0), last?.sport]).toEqual(['10.96.0.1', 443]);
  });

  test('MASQUERADE shows the address of the device that leads to the receiver', () => {
    const [path] = trace(routed({ router: service('-A POSTROUTING -o vb -j MASQUERADE') }), fromA()).paths;
    expect(formatIp(path?.received?.packet.src ?? 0)).toBe('10.0.2.1');
  });

  test("kube-proxy's cascade gives every backend its share", () => {
    const rules = [
      '-A PREROUTING -d 10.96.0.1/32 -p tcp -m statistic --mode random --probability 0.50000000000 -j DNAT --to-destination 10.0.2.2:80',
      '-A PREROUTING -d 10.96.0.1/32 -p tcp -j DNAT --to-destination 10.0.2.2:81',
    ].join('\n');
    const result = trace(routed({ router: service(rules) }), fromA({ dst: ip('10.96.0.1'), dport: 443 }));
    expect(result.paths.filter((path) => path.direction === 'forward').map((path) => [path.verdict, path.probability])).toEqual([
      ['delivered', 0.5],
      ['rejected', 0.5],
    ]);
    expect(result.verdict).toBe('rejected');
  });

  test('a pod that reaches itself through a Service needs a masquerade', () => {
    const dnat = '-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.1.2:80';
    const self = { sockets: ['tcp 0.0.0.0:80'] };
    const ask = fromA({ dst: ip('10.96.0.1'), dport: 443 });
    const bare = trace(routed({ router: service(dnat), a: self }), ask);
    expect([bare.verdict, bare.paths[0]?.causes[0]?.code]).toEqual(['dropped', 'ROUTE_MARTIAN_SOURCE']);
    expect(
      trace(routed({ router: service(`${dnat}\n-A POSTROUTING -s 10.0.1.2/32 -d 10.0.1.2/32 -j MASQUERADE`), a: self }), ask).verdict,
    ).toBe('delivered');
  });
});

describe('what is not modelled', () => {
  test('a match that is not known makes the answer unknown where it could matter', () => {
    const result = trace(
      routed({ router: { iptables: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m bpf --object-pinned /x -j DROP' } }),
      fromA(),
    );
    expect([result.verdict, result.paths[0]?.causes[0]?.code]).toEqual(['unknown', 'MODEL_UNSUPPORTED']);
  });

  test('it is only mentioned where all ways end alike', () => {
    const result = trace(
      routed({ router: { iptables: '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m bpf --object-pinned /x -j DROP' } }),
      fromA(),
    );
    expect([result.verdict, result.paths[0]?.assumptions[0]?.code]).toEqual(['dropped', 'MODEL_UNSUPPORTED']);
  });

  test('a native nftables chain at the hook rejects, a match that is not modelled is never a silent yes', () => {
    const nft = (match: unknown): string =>
      JSON.stringify({
        nftables: [
          { table: { family: 'inet', name: 'firewalld', handle: 1 } },
          {
            chain: {
              family: 'inet',
              table: 'firewalld',
              name: 'f',
              handle: 1,
              type: 'filter',
              hook: 'forward',
              prio: 10,
              policy: 'accept',
            },
          },
          {
            rule: {
              family: 'inet',
              table: 'firewalld',
              chain: 'f',
              handle: 2,
              expr: [{ match }, { reject: { type: 'icmpx', expr: 'admin-prohibited' } }],
            },
          },
        ],
      });
    const verdict = (match: unknown) => trace(routed({ router: { nft: nft(match) } }), fromA()).verdict;
    expect([
      verdict({ op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' }),
      verdict({ op: '==', left: { meta: { key: 'l4proto' } }, right: 'udp' }),
      verdict({ op: '==', left: { osf: { key: 'name' } }, right: 'Linux' }),
    ]).toEqual(['rejected', 'delivered', 'unknown']);
  });
});

describe('a tunnel between two nodes', () => {
  const node = (id: string, own: number, other: number, more: Partial<NamespaceSpec> = {}): ReturnType<typeof host> => {
    const peerMac = macOf(`nodes/n${String(other)}/host`, 'flannel.1');
    return host(id, {
      host: {
        links: [
          { name: 'eth0', addresses: [`172.30.0.1${String(own)}/24`] },
          {
            name: 'flannel.1',
            addresses: [`10.244.${String(own)}.0/32`],
            mtu: 1450,
            device: {
              kind: 'vxlan',
              vni: 1,
              local: ip(`172.30.0.1${String(own)}`),
              remote: undefined,
              port: 8472,
              lower: 'eth0',
              learning: false,
              external: false,
            },
          },
          {
            name: 'cni0',
            addresses: [`10.244.${String(own)}.1/24`],
            mtu: 1450,
            device: { kind: 'bridge', stp: false, vlanFiltering: false, nfCallIptables: false, nfCallIp6tables: false },
          },
          { name: 'veth1', peer: 'pod:eth0', master: 'cni0', mtu: 1450 },
        ],
        routes: ['default via 172.30.0.1 dev eth0', `10.244.${String(other)}.0/24 via 10.244.${String(other)}.0 dev flannel.1 onlink`],
        neighbours: [{ ip: `10.244.${String(other)}.0`, dev: 'flannel.1', mac: peerMac }],
        fdb: [{ mac: peerMac, dev: 'flannel.1', dst: `172.30.0.1${String(other)}` }],
        ...more,
      },
      pod: {
        links: [{ name: 'eth0', addresses: [`10.244.${String(own)}.5/24`], peer: 'host:veth1', mtu: 1450 }],
        routes: [`default via 10.244.${String(own)}.1 dev eth0`],
        sockets: ['tcp *:8080'],
      },
    });
  };
  const across: TraceRequest = {
    origin: { kind: 'socket', host: 'n1', namespace: 'nodes/n1/pod' },
    dst: ip('10.244.2.5'),
    protocol: 6,
    dport: 8080,
  };

  test.each<
    [
      name: string,
      n1: Partial<NamespaceSpec>,
      n2: Partial<NamespaceSpec>,
      verdict: string,
      code: string | undefined,
      on: string | undefined,
    ]
  >([
    ['healthy', {}, {}, 'delivered', undefined, undefined],
    ['the entry for the far end is gone', { fdb: [] }, {}, 'dropped', 'TUNNEL_FDB_MISSING', 'nodes/n1/host'],
    ['the same on the way back', {}, { fdb: [] }, 'dropped', 'TUNNEL_FDB_MISSING', 'nodes/n2/host'],
    [
      'the outer packet is dropped at the far end',
      {},
      { iptables: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 8472 -j DROP' },
      'dropped',
      'NETFILTER_DROP',
      'nodes/n2/host',
    ],
    [
      'an outer packet that is rejected leaves the sender in silence',
      {},
      { iptables: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -j REJECT --reject-with icmp-port-unreachable' },
      'dropped',
      'NETFILTER_REJECT',
      'nodes/n2/host',
    ],
  ])('%s', (_name, n1, n2, verdict, code, on) => {
    const result = trace(world([node('n1', 1, 2, n1), node('n2', 2, 1, n2)]), across);
    const causes = result.paths.flatMap((path) => path.causes);
    expect({ verdict: result.verdict, code: causes[0]?.code, on: causes[0]?.namespace }).toEqual({ verdict, code, on });
  });

  test.each([8472, undefined])('a device in external mode takes every tunnel to its port (%p): what becomes of it is unknown', (port) => {
    const far = host('n2', {
      host: {
        links: [
          { name: 'eth0', addresses: ['172.30.0.12/24'] },
          {
            name: 'vx0',
            device: { kind: 'vxlan', vni: 0, local: undefined, remote: undefined, port, lower: undefined, learning: false, external: true },
          },
        ],
      },
    });
    const result = trace(
      world([node('n1', 1, 2, { fdb: [{ mac: macOf('nodes/n2/host', 'flannel.1'), dev: 'flannel.1', dst: '172.30.0.12' }] }), far]),
      across,
    );
    expect([result.verdict, result.paths.map((path) => path.causes[0]?.details['construct'])]).toEqual([
      'unknown',
      ['VXLAN device vx0 in external mode'],
    ]);
  });

  test('a host that is not dumped ends the branch, and is asked for', () => {
    const one = world([node('n1', 1, 2)]);
    const result = trace({ ...one, fabric: { carry: () => ({ kind: 'need', host: 'n2' }) } }, across);
    expect([result.verdict, result.needs]).toEqual(['unknown', ['n2']]);
  });
});
