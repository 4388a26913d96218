import { describe, expect, test } from '@jest/globals';
import type { Suspicion } from '@skoop/core';
import { assertFault } from '@skoop/testkit';
import { Recorded } from '../testing/recorded.ts';

const WEB = '10.244.1.3';
const PORTMAP = {
  chains: [':CNI-HOSTPORT-DNAT - [0:0]', ':CNI-DN-0a1b2c3d4e5f60718293a - [0:0]'],
  rules: (to: string): readonly string[] => [
    '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
    '-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"net\\" id: \\"1\\"" -m multiport --dports 8088 -j CNI-DN-0a1b2c3d4e5f60718293a',
    `-A CNI-DN-0a1b2c3d4e5f60718293a -p tcp -m tcp --dport 8088 -j DNAT --to-destination ${to}:80`,
  ],
};

function wantsHostPort(r: Recorded): void {
  const port = { name: 'http', containerPort: 80, hostPort: 8088, hostIP: '', protocol: 'TCP' };
  web(r).spec.containers = [{ name: 'web', ports: [port] }];
}

function web(r: Recorded): Recorded['pods'][number] {
  const pod = r.pods.find(({ status }) => status.podIPs.includes(WEB));
  if (pod === undefined) throw new Error(`no pod has ${WEB}`);
  return pod;
}

/** Of the pod that has WEB, by the artifacts of its own namespace. */
const insideWeb = (r: Recorded): string => web(r).metadata.name;

describe('a healthy node', () => {
  test.each<[name: string, change: (r: Recorded) => void]>([
    ['of the plugin bridge', () => undefined],
    ['of the plugin ptp', (r) => r.routed()],
    ['of kindnet', (r) => r.kindnet()],
    ["of kindnet with nftables' rules", (r) => (r.routed(), r.runs('kindnet'), nftables(r, 'kindnet-ipmasq'))],
    ['of which no pod is in the dump', (r) => r.dumps['node1'] && (r.dumps['node1'].pods = {})],
    [
      'that has a summary route to the other nodes',
      (r) => r.routes((all) => void all.filter(isPeer).forEach((one) => (one['dst'] = '10.244.0.0/16'))),
    ],
    ['whose cloud routes its pods', (r) => r.nodes.forEach(({ metadata }) => withoutPeerRoutes(r, metadata.name))],
    ['whose pods reach their gateway by a proxy', (r) => proxied(r)],
    ['with a port of the node for a pod', (r) => (wantsHostPort(r), r.nat(PORTMAP.chains, PORTMAP.rules(WEB)))],
    ['with a port of the node, by nftables', (r) => (wantsHostPort(r), nftables(r, 'cni_hostport'))],
    [
      'whose other node is just being removed',
      (r) => ((r.node('node2').metadata.deletionTimestamp = '2026-01-01T00:00:00Z'), withoutPeerRoutes(r, 'node1')),
    ],
  ])('%s is silent', (_name, change) => {
    const recorded = new Recorded();
    change(recorded);
    expect(recorded.told()).toEqual([]);
  });
});

const isPeer = ({ dst }: Record<string, unknown>): boolean => dst === '10.244.0.0/24' || dst === '10.244.1.0/24';

function withoutPeerRoutes(r: Recorded, node: string): void {
  const host = r.dumps[node]?.host ?? {};
  const routes = JSON.parse(host['ip-route-4'] ?? '[]') as Record<string, unknown>[];
  host['ip-route-4'] = JSON.stringify(routes.filter((route) => !isPeer(route) || route['gateway'] === undefined));
}

function nftables(r: Recorded, table: string): void {
  const family = table === 'cni_hostport' ? 'ip' : 'inet';
  r.dump()['nft'] = JSON.stringify({ nftables: [{ metainfo: { json_schema_version: 1 } }, { table: { family, name: table, handle: 1 } }] });
}

function proxied(r: Recorded): void {
  r.routed();
  r.items('ip-addr', (links) => links.filter(({ ifname }) => /^veth/.test(String(ifname))).forEach((link) => (link['addr_info'] = [])));
  r.lines('sysctl', (line) => (/conf\/veth\w+\/proxy_arp = /.test(line) ? line.replace('= 0', '= 1') : line));
}

interface Case {
  readonly fault: string;
  readonly change: (r: Recorded) => void;
  readonly code: string;
  readonly level?: Suspicion['level'];
  readonly on: 'node' | 'web';
  readonly says: RegExp;
  /** Artifacts, or objects with the path in them. */
  readonly evidence: readonly string[];
  readonly remedy: RegExp;
}

const HOST = 'nodes/node1/host';
const PEER_OBJECTS = ['Node/node2 /spec/podCIDRs', 'Node/node2 /status/addresses'];

const FAULTS: readonly Case[] = [
  {
    fault: 'a network that nothing here knows',
    change: (r) => r.runs('cilium'),
    code: 'BRIDGE_NETWORK_UNKNOWN',
    level: 'INFO',
    on: 'node',
    says: /is Cilium, which no installed plugin knows/,
    evidence: [],
    remedy: /--network-plugin/,
  },
  {
    fault: 'the bridge is down',
    change: (r) => r.device('cbr0', (link) => (link['flags'] = ['BROADCAST', 'MULTICAST'])),
    code: 'BRIDGE_DOWN',
    on: 'node',
    says: /cbr0 on node1 is down/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip link set cbr0 up on node1/,
  },
  {
    fault: 'bridged frames pass netfilter by',
    change: (r) => r.lines('sysctl', (line) => line.replace('bridge-nf-call-iptables = 1', 'bridge-nf-call-iptables = 0')),
    code: 'BRIDGE_NF_OFF',
    on: 'node',
    says: /net\.bridge\.bridge-nf-call-iptables is 0/,
    evidence: [`${HOST}/ip-link`],
    remedy: /sysctl -w net\.bridge\.bridge-nf-call-iptables=1/,
  },
  {
    fault: 'br_netfilter is not loaded',
    change: (r) => r.lines('sysctl', (line) => (line.includes('bridge-nf-call') ? undefined : line)),
    code: 'BRIDGE_NF_OFF',
    on: 'node',
    says: /br_netfilter is not loaded/,
    evidence: [`${HOST}/ip-link`],
    remedy: /modprobe br_netfilter/,
  },
  {
    fault: 'no route to the pods of the other node',
    change: (r) => withoutPeerRoutes(r, 'node1'),
    code: 'BRIDGE_ROUTE_MISSING',
    on: 'node',
    says: /no route to 10\.244\.0\.0\/24, the pods of node2/,
    evidence: PEER_OBJECTS,
    remedy: /ip route replace 10\.244\.0\.0\/24 via 172\.30\.0\.12 on node1/,
  },
  {
    fault: 'the route to the pods of the other node leads elsewhere',
    change: (r) =>
      r.routes((all) => void all.filter(({ dst }) => dst === '10.244.0.0/24').forEach((one) => (one['gateway'] = '172.30.0.99'))),
    code: 'BRIDGE_ROUTE_WRONG',
    on: 'node',
    says: /via 172\.30\.0\.99/,
    evidence: [`${HOST}/ip-route-4`, ...PEER_OBJECTS],
    remedy: /via 172\.30\.0\.12/,
  },
  {
    fault: 'kindnet has not made the route',
    change: (r) => (r.kindnet(), withoutPeerRoutes(r, 'node1'), withoutPeerRoutes(r, 'node2')),
    code: 'BRIDGE_ROUTE_MISSING',
    on: 'node',
    says: /no route to 10\.244\.0\.0\/24/,
    evidence: PEER_OBJECTS,
    remedy: /restart kindnet's pod on node1/,
  },
  ...[
    ['the jump', /-A POSTROUTING .* -j KIND-MASQ-AGENT/, /POSTROUTING does not call KIND-MASQ-AGENT/],
    ['the exception for the other node', /-A KIND-MASQ-AGENT -d 10\.244\.0\.0\/24/, /\(-d 10\.244\.0\.0\/24\)/],
    ['the masquerade', /-A KIND-MASQ-AGENT -j MASQUERADE/, /no rule masquerades/],
  ].map(([what, rule, says]): Case => ({
    fault: `kindnet's rules lack ${String(what)}`,
    change: (r) => (r.kindnet(), r.lines('iptables-nft-save', (line) => ((rule as RegExp).test(line) ? undefined : line))),
    code: 'BRIDGE_MASQ_INCOMPLETE',
    on: 'node',
    says: says as RegExp,
    evidence: [`${HOST}/iptables-nft-save`],
    remedy: /delete pod -l app=kindnet/,
  })),
  {
    fault: "a pod's device is no port of the bridge",
    change: (r) => r.device(r.port(WEB), (link) => delete link['master']),
    code: 'BRIDGE_PORT_DETACHED',
    on: 'web',
    says: /is no port of cbr0/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip link set veth\w+ master cbr0 on node1/,
  },
  {
    fault: 'no route to a pod that is routed',
    change: (r) => (r.routed(), r.routes((all) => all.filter(({ dst }) => dst !== WEB))),
    code: 'BRIDGE_POD_ROUTE_MISSING',
    on: 'web',
    says: /no route to pod default\/web-\S+ \(10\.244\.1\.3\)/,
    evidence: [`${HOST}/ip-link`, 'Pod/default/WEB /status/podIPs'],
    remedy: /ip route replace 10\.244\.1\.3 dev veth\w+ on node1/,
  },
  {
    fault: 'the route to a pod leads to another one',
    change: (r) => (r.routed(), r.routes((all) => void all.filter(({ dst }) => dst === WEB).forEach((one) => (one['dev'] = 'eth0')))),
    code: 'BRIDGE_POD_ROUTE_WRONG',
    on: 'web',
    says: /by eth0; it hangs on veth/,
    evidence: [`${HOST}/ip-route-4`, `${HOST}/ip-link`, 'Pod/default/WEB /status/podIPs'],
    remedy: /ip route replace 10\.244\.1\.3 dev veth\w+/,
  },
  {
    fault: "a pod's gateway is not the node",
    change: (r) =>
      r.items(
        'ip-route-4',
        (all) => void all.filter(({ dst }) => dst === 'default').forEach((one) => (one['gateway'] = '10.244.1.99')),
        insideWeb(r),
      ),
    code: 'BRIDGE_GATEWAY_MISSING',
    on: 'web',
    says: /10\.244\.1\.99, is no address of node node1/,
    evidence: ['nodes/node1/pods/default_WEB/ip-route-4', `${HOST}/ip-link`],
    remedy: /ip addr add 10\.244\.1\.99/,
  },
  {
    fault: 'a pod sends larger packets than its bridge takes',
    change: (r) => r.device('eth0', (link) => (link['mtu'] = 9000), insideWeb(r)),
    code: 'BRIDGE_MTU',
    on: 'web',
    says: /has MTU 9000, and veth\w+ of its node only 1500/,
    evidence: ['nodes/node1/pods/default_WEB/ip-link', `${HOST}/ip-link`],
    remedy: /delete pod/,
  },
  {
    fault: 'a pod has an address of an old pod network',
    change: (r) => (web(r).status.podIPs = ['10.200.0.5']),
    code: 'BRIDGE_ADDRESS_OUTSIDE',
    on: 'web',
    says: /10\.200\.0\.5, which is not of the pod network 10\.244\.1\.0\/24/,
    evidence: ['Pod/default/WEB /status/podIPs', 'Node/node1 /spec/podCIDRs'],
    remedy: /delete pod/,
  },
  {
    fault: 'a port of the node that should lead to a pod leads nowhere',
    change: wantsHostPort,
    code: 'BRIDGE_HOSTPORT_MISSING',
    on: 'web',
    says: /Port 8088\/TCP of node1 should lead to pod default\/web-\S+; no rule translates it/,
    evidence: ['Pod/default/WEB /spec/containers'],
    remedy: /portmap/,
  },
  {
    fault: 'it leads to a pod that is gone',
    change: (r) => r.nat(PORTMAP.chains, PORTMAP.rules('10.244.1.77')),
    code: 'BRIDGE_HOSTPORT_STALE',
    on: 'node',
    says: /Port 8088\/tcp of node1 leads to 10\.244\.1\.77/,
    evidence: [`${HOST}/iptables-nft-save`],
    remedy: /CNI-DN-/,
  },
];

describe('faults', () => {
  test.each(FAULTS)('$fault', ({ change, code, level, on, says, evidence, remedy }) => {
    const recorded = new Recorded();
    const { namespace, name } = web(recorded).metadata;
    change(recorded);
    assertFault(recorded.told(), {
      code,
      level,
      on: on === 'node' ? { type: 'node', id: 'node1' } : { type: 'pod', id: `${namespace}/${name}` },
      says,
      evidence: evidence.map((one) => one.replace('WEB', name)),
      remedy,
    });
  });

  test('of another network, what the reference plugins would do is not expected', () => {
    const recorded = new Recorded();
    recorded.runs('cilium');
    wantsHostPort(recorded);
    withoutPeerRoutes(recorded, 'node1');
    expect(recorded.told().map(({ code }) => code)).toEqual(['BRIDGE_NETWORK_UNKNOWN']);
  });

  test.each(['ip-link', 'ip-addr', 'ip-route-4', 'sysctl', 'iptables-nft-save'] as const)(
    'without %s nothing is taken for broken',
    (artifact) => {
      const recorded = new Recorded();
      wantsHostPort(recorded);
      recorded.nat(PORTMAP.chains, PORTMAP.rules(WEB));
      recorded.forget(artifact);
      expect(recorded.told()).toEqual([]);
    },
  );
});
