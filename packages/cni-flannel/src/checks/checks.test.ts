import { describe, expect, test } from '@jest/globals';
import type { FlagValues, Suspicion } from '@skoop/core';
import type { ArtifactName } from '@skoop/netstack';
import { assertFault } from '@skoop/testkit';
import { Recorded } from '../testing/recorded.ts';

const HOST = 'nodes/node1/host';
const TUNNEL_MAC = 'be:39:1e:0a:9d:2a';
const MASQ = 'flanneld masq';
type Item = Record<string, unknown>;

const down = (link: Item): void => {
  link['flags'] = ['BROADCAST', 'MULTICAST'];
};
const slaveData = (link: Item): Item => (link['linkinfo'] as { info_slave_data?: Item } | undefined)?.info_slave_data ?? {};
const vxlanData = (link: Item): Item => (link['linkinfo'] as { info_data: Item } | undefined)?.info_data ?? {};

const annotation = (node: string, key: string): string => `Node/${node} /metadata/annotations/flannel.alpha.coreos.com~1${key}`;
const cidrs = (node: string): string => `Node/${node} /spec/podCIDRs`;

const WARNS_OF_A_POD: ReadonlySet<string> = new Set([
  'FLANNEL_HOSTPORT_MISSING',
  'FLANNEL_POD_ADDRESS_OUTSIDE',
  'FLANNEL_POD_NOT_ON_BRIDGE',
  'FLANNEL_HAIRPIN_OFF',
]);

describe('a healthy node', () => {
  test.each<[name: string, change: (r: Recorded) => void, flags: FlagValues]>([
    ['as recorded', () => undefined, {}],
    [
      'with the flags that say what is there',
      () => undefined,
      { 'flannel-backend-type': 'vxlan', 'flannel-pod-mtu': 1450, 'flannel-host-interface': 'eth0' },
    ],
    ['without ConfigMap (k3s)', (r) => void r.configMaps.splice(0), {}],
    ['without pods: no bridge yet', (r) => (r.removeDevice('cni0'), void r.pods.splice(0)), {}],
    [
      'whose pods are all being removed: no bridge any more',
      (r) => {
        r.removeDevice('cni0');
        withoutPodLinks(r);
        for (const { metadata } of r.pods) metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      },
      {},
    ],
    [
      'whose other node is just being removed',
      (r) => ((r.node('node2').metadata.deletionTimestamp = '2026-01-01T00:00:00Z'), r.annotate('node2', 'public-ip', '172.30.0.99')),
      {},
    ],
    [
      'with FORWARD DROP, which flannel accepts its pods past',
      (r) => r.lines('iptables-nft-save', (line) => line.replace(':FORWARD ACCEPT', ':FORWARD DROP')),
      {},
    ],
    ['in nftables mode', (r) => r.useNftables(), {}],
    ['in nftables mode, with the rules of iptables still there', (r) => r.configure({ EnableNFTables: true }), {}],
    ['of an old flannel, whose rules stand in POSTROUTING', (r) => r.nat((lines) => lines.flatMap(formerly)), {}],
    [
      'without masquerade, which it is not meant to do',
      (r) => r.lines('iptables-nft-save', (line) => (line.includes(MASQ) ? undefined : line)),
      { 'flannel-ip-masq': false },
    ],
    [
      'whose pods another one masquerades',
      (r) => {
        r.removeChain('FLANNEL-POSTRTG');
        r.lines('iptables-nft-save', (line) =>
          line.startsWith(':KUBE-POSTROUTING')
            ? `${line}\n-A POSTROUTING -s 10.244.0.0/16 -m comment --comment "ip-masq-agent" -j MASQUERADE`
            : line,
        );
      },
      {},
    ],
    [
      'with a public address set by hand',
      (r) => (r.annotate('node1', 'public-ip', '198.51.100.7'), r.annotate('node1', 'public-ip-overwrite', '198.51.100.7')),
      {},
    ],
    [
      'bridge netfilter by the bridge itself',
      (r) => {
        r.lines('sysctl', (line) => line.replace(/(bridge-nf-call-\w+) = 1/, '$1 = 0'));
        r.device('cni0', (link) => Object.assign(vxlanData(link), { nf_call_iptables: 1, nf_call_ip6tables: 1 }));
      },
      {},
    ],
    [
      'with direct routing to a node on the same wire',
      (r) => {
        r.configure({ Backend: { Type: 'vxlan', DirectRouting: true } });
        r.items('ip-route-4', (routes) =>
          routes
            .filter(({ dst }) => dst === '10.244.1.0/24')
            .forEach((route) => Object.assign(route, { gateway: '172.30.0.12', dev: 'eth0', flags: [] })),
        );
        r.items('ip-neigh', (all) => all.filter(({ dev }) => dev !== 'flannel.1'));
      },
      {},
    ],
    ['in host-gw mode', hostGateway, {}],
    ['in host-gw mode, by the device that is named', hostGateway, { 'flannel-host-interface': 'eth0' }],
  ])('%s is silent', (_name, change, flags) => {
    const recorded = new Recorded();
    change(recorded);
    expect(recorded.told(flags)).toEqual([]);
  });
});

function hostGateway(r: Recorded): void {
  r.configure({ Backend: { Type: 'host-gw' } });
  for (const node of ['node1', 'node2']) {
    r.annotate(node, 'backend-type', 'host-gw');
    r.annotate(node, 'backend-data', 'null');
  }
  r.removeDevice('flannel.1');
  r.items('ip-route-4', (routes) => [
    ...routes,
    {
      type: 'unicast',
      dst: '10.244.1.0/24',
      gateway: '172.30.0.12',
      dev: 'eth0',
      table: 'main',
      protocol: 'boot',
      scope: 'global',
      flags: [],
    },
  ]);
}

const route = (r: Recorded, dst: string, change: Item): void =>
  r.items('ip-route-4', (routes) =>
    routes.filter((one) => one['dst'] === dst && one['table'] === 'main').forEach((one) => Object.assign(one, change)),
  );
const withoutRoute = (r: Recorded, dst: string): void => r.items('ip-route-4', (routes) => routes.filter((one) => one['dst'] !== dst));

interface Case {
  readonly fault: string;
  readonly change: (r: Recorded) => void;
  readonly flags?: FlagValues;
  readonly code: string;
  readonly level?: Suspicion['level'];
  readonly says: RegExp;
  readonly evidence: readonly string[];
  readonly remedy: RegExp;
}

const RESTART = /kubectl -n kube-flannel delete pod kube-flannel-ds-xh6bt/;
const NFT_SAVE = [`${HOST}/iptables-nft-save`];

const FAULTS: readonly Case[] = [
  // Ports of the node, by the portmap plugin in flannel's configuration.
  {
    fault: 'a port of the node that should lead to a pod leads nowhere',
    change: (r) =>
      (r.web.spec.containers = [{ name: 'web', ports: [{ name: '', containerPort: 80, hostPort: 8088, hostIP: '', protocol: 'TCP' }] }]),
    code: 'FLANNEL_HOSTPORT_MISSING',
    says: /Port 8088\/TCP of node1 should lead to pod default\/web/,
    evidence: ['Pod/default/web-7f6598ddc7-87dwj /spec/containers'],
    remedy: /portmap/,
  },
  {
    fault: 'a port of the node leads to a pod that is gone',
    change: (r) =>
      r.lines('iptables-nft-save', (line) =>
        line.startsWith(':FLANNEL-POSTRTG')
          ? `${line}\n:CNI-DN-0a1b2c3d4e5f60718293a - [0:0]\n-A CNI-DN-0a1b2c3d4e5f60718293a -p tcp -m tcp --dport 8088 -j DNAT --to-destination 10.244.0.77:80`
          : line,
      ),
    code: 'FLANNEL_HOSTPORT_STALE',
    says: /Port 8088\/tcp of node1 leads to 10\.244\.0\.77/,
    evidence: NFT_SAVE,
    remedy: /CNI-DN-/,
  },
  // What the node tells the others.
  {
    fault: 'flanneld has not registered the node',
    change: (r) =>
      ['backend-data', 'backend-type', 'kube-subnet-manager', 'public-ip'].forEach((key) => r.annotate('node1', key, undefined)),
    code: 'FLANNEL_NODE_UNREGISTERED',
    says: /has not registered node node1/,
    evidence: [annotation('node1', 'kube-subnet-manager')],
    remedy: /spec\.nodeName=node1/,
  },
  {
    fault: 'two nodes have two backends',
    change: (r) => (
      r.annotate('node1', 'backend-type', 'host-gw'),
      withoutRoute(r, '10.244.1.0/24'),
      r.configure({ Backend: { Type: 'vxlan' } })
    ),
    code: 'FLANNEL_BACKEND_MIXED',
    says: /host-gw, and node2 vxlan/,
    evidence: [annotation('node1', 'backend-type'), annotation('node2', 'backend-type')],
    remedy: RESTART,
  },
  {
    fault: 'the node has no pod network',
    change: (r) => (r.node('node1').spec.podCIDRs.splice(0), r.pods.splice(0)),
    code: 'FLANNEL_PODCIDR_MISSING',
    says: /no pod network/,
    evidence: [cidrs('node1')],
    remedy: /--allocate-node-cidrs/,
  },
  {
    fault: "the node's pod network lies outside of flannel's",
    change: (r) => (
      r.configure({ Network: '10.245.0.0/16' }),
      r.lines('iptables-nft-save', (line) => line.replaceAll('10.244.0.0/16', '10.245.0.0/16'))
    ),
    code: 'FLANNEL_PODCIDR_OUTSIDE',
    says: /10\.244\.0\.0\/24 of node node1 lies outside of flannel's network 10\.245\.0\.0\/16/,
    evidence: [cidrs('node1')],
    remedy: /kube-flannel-cfg/,
  },
  {
    fault: 'two nodes call one address theirs',
    change: (r) => (
      r.annotate('node2', 'public-ip', '172.30.0.11'),
      r.items('bridge-fdb', (all) => all.filter(({ mac }) => mac === TUNNEL_MAC).forEach((one) => (one['dst'] = '172.30.0.11')))
    ),
    code: 'FLANNEL_PUBLIC_IP_DUPLICATE',
    says: /node1 and node2 both call 172\.30\.0\.11/,
    evidence: [annotation('node1', 'public-ip'), annotation('node2', 'public-ip')],
    remedy: /--iface/,
  },
  // The tunnel's device.
  {
    fault: "the tunnel's device is not there",
    change: (r) => r.removeDevice('flannel.1'),
    code: 'FLANNEL_DEVICE_MISSING',
    says: /no device flannel\.1/,
    evidence: [annotation('node1', 'backend-type')],
    remedy: RESTART,
  },
  {
    fault: "the tunnel's device is down",
    change: (r) => (r.device('flannel.1', down), withoutRoute(r, '10.244.1.0/24')),
    code: 'FLANNEL_DEVICE_DOWN',
    says: /flannel\.1 on node1 is down/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip link set flannel\.1 up on node1/,
  },
  {
    fault: 'the device has another VNI',
    change: (r) => r.device('flannel.1', (link) => Object.assign(vxlanData(link), { id: 2 })),
    code: 'FLANNEL_VNI_MISMATCH',
    says: /has VNI 2, and the cluster's is 1/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip link del flannel\.1/,
  },
  {
    fault: 'the device is one of another VNI',
    change: (r) => {
      r.removeDevice('flannel.1');
      r.items('ip-link', (links) => [
        ...links,
        {
          ifindex: 99,
          ifname: 'flannel.7',
          flags: ['UP', 'LOWER_UP'],
          mtu: 1450,
          link_type: 'ether',
          address: '16:5d:59:40:9d:93',
          linkinfo: { info_kind: 'vxlan', info_data: { id: 7, port: 8472, link: 'eth0' } },
        },
      ]);
    },
    code: 'FLANNEL_VNI_MISMATCH',
    says: /is flannel\.7 with VNI 7/,
    evidence: [`${HOST}/ip-link`, annotation('node1', 'backend-data')],
    remedy: RESTART,
  },
  {
    fault: 'the device has another UDP port',
    change: (r) => r.device('flannel.1', (link) => Object.assign(vxlanData(link), { port: 4789 })),
    code: 'FLANNEL_PORT_MISMATCH',
    says: /UDP port 4789, and flannel's configuration says 8472/,
    evidence: [`${HOST}/ip-link`],
    remedy: RESTART,
  },
  {
    fault: 'the device has another MAC address than was told',
    change: (r) => r.device('flannel.1', (link) => (link['address'] = '16:5d:59:40:9d:00')),
    code: 'FLANNEL_VTEP_WRONG',
    says: /16:5d:59:40:9d:00, and the other nodes were told 16:5d:59:40:9d:93/,
    evidence: [`${HOST}/ip-link`, annotation('node1', 'backend-data')],
    remedy: RESTART,
  },
  {
    fault: 'the device sends from another address than was told',
    change: (r) => r.device('flannel.1', (link) => Object.assign(vxlanData(link), { local: '172.30.0.77' })),
    code: 'FLANNEL_VTEP_WRONG',
    says: /sends from 172\.30\.0\.77, and the other nodes send to 172\.30\.0\.11/,
    evidence: [`${HOST}/ip-link`, annotation('node1', 'public-ip')],
    remedy: RESTART,
  },
  {
    fault: 'the device has lost its address',
    change: (r) => r.device('flannel.1', (link) => (link['addr_info'] = [])),
    code: 'FLANNEL_VTEP_WRONG',
    says: /lacks its address 10\.244\.0\.0/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip addr add 10\.244\.0\.0\/32 dev flannel\.1/,
  },
  {
    fault: "the tunnel's packets do not fit the device below",
    change: (r) => r.device('eth0', (link) => (link['mtu'] = 1460)),
    code: 'FLANNEL_MTU',
    says: /flannel\.1 on node1 has MTU 1450, and eth0 below it leaves room for 1410/,
    evidence: [`${HOST}/ip-link`, `${HOST}/ip-link`],
    remedy: /mtu 1410/,
  },
  // Routes.
  {
    fault: 'the route to the other node is gone',
    change: (r) => withoutRoute(r, '10.244.1.0/24'),
    code: 'FLANNEL_ROUTE_MISSING',
    says: /no route to 10\.244\.1\.0\/24, the pods of node2/,
    evidence: [cidrs('node2'), annotation('node2', 'public-ip')],
    remedy: /ip route replace 10\.244\.1\.0\/24 via 10\.244\.1\.0 dev flannel\.1 onlink on node1/,
  },
  {
    fault: 'the route to the other node has another gateway',
    change: (r) => route(r, '10.244.1.0/24', { gateway: '10.244.9.0' }),
    code: 'FLANNEL_ROUTE_WRONG',
    says: /via 10\.244\.9\.0 by flannel\.1; flannel's route is/,
    evidence: [`${HOST}/ip-route-4`, cidrs('node2'), annotation('node2', 'public-ip')],
    remedy: RESTART,
  },
  {
    fault: 'the route to the other node leaves by another device',
    change: (r) => route(r, '10.244.1.0/24', { gateway: '172.30.0.1', dev: 'eth0' }),
    code: 'FLANNEL_ROUTE_WRONG',
    says: /via 172\.30\.0\.1 by eth0/,
    evidence: [`${HOST}/ip-route-4`, cidrs('node2'), annotation('node2', 'public-ip')],
    remedy: RESTART,
  },
  {
    fault: 'a better route shadows it',
    change: (r) =>
      r.items('ip-route-4', (routes) => [
        { type: 'blackhole', dst: '10.244.1.0/24', table: 'main', flags: [] },
        ...routes.map((one) => (one['dst'] === '10.244.1.0/24' ? { ...one, metric: 100 } : one)),
      ]),
    code: 'FLANNEL_ROUTE_WRONG',
    says: /nowhere \(blackhole\)/,
    evidence: [`${HOST}/ip-route-4`, cidrs('node2'), annotation('node2', 'public-ip')],
    remedy: RESTART,
  },
  {
    fault: 'host-gw: the route has another gateway',
    change: (r) => (hostGateway(r), route(r, '10.244.1.0/24', { gateway: '172.30.0.1' })),
    code: 'FLANNEL_ROUTE_WRONG',
    says: /via 172\.30\.0\.1 by eth0; flannel's route is 10\.244\.1\.0\/24 via 172\.30\.0\.12/,
    evidence: [`${HOST}/ip-route-4`, cidrs('node2'), annotation('node2', 'public-ip')],
    remedy: RESTART,
  },
  {
    fault: 'host-gw: the route leaves by another device than --flannel-host-interface',
    change: hostGateway,
    flags: { 'flannel-host-interface': 'eth1' },
    code: 'FLANNEL_ROUTE_WRONG',
    says: /flannel's route is 10\.244\.1\.0\/24 via 172\.30\.0\.12 dev eth1/,
    evidence: [`${HOST}/ip-route-4`, cidrs('node2'), annotation('node2', 'public-ip')],
    remedy: RESTART,
  },
  {
    fault: 'a route to a node that is gone',
    change: (r) =>
      r.items('ip-route-4', (routes) => [
        ...routes,
        { type: 'unicast', dst: '10.244.7.0/24', gateway: '10.244.7.0', dev: 'flannel.1', table: 'main', flags: ['onlink'] },
      ]),
    code: 'FLANNEL_ROUTE_STALE',
    level: 'INFO',
    says: /10\.244\.7\.0\/24, which is no node's/,
    evidence: [`${HOST}/ip-route-4`],
    remedy: /ip route del 10\.244\.7\.0\/24 on node1/,
  },
  // The tunnel's tables.
  {
    fault: "the other end's neighbour entry is gone",
    change: (r) => r.items('ip-neigh', (all) => all.filter(({ dev }) => dev !== 'flannel.1')),
    code: 'FLANNEL_NEIGHBOUR_MISSING',
    says: /MAC address of node2's end of the tunnel/,
    evidence: [annotation('node2', 'backend-data')],
    remedy: /ip neigh replace 10\.244\.1\.0 lladdr be:39:1e:0a:9d:2a dev flannel\.1 nud permanent/,
  },
  {
    fault: "the other end's neighbour entry is FAILED",
    change: (r) =>
      r.items('ip-neigh', (all) =>
        all.map((one) => (one['dev'] === 'flannel.1' ? { dst: '10.244.1.0', dev: 'flannel.1', state: ['FAILED'] } : one)),
      ),
    code: 'FLANNEL_NEIGHBOUR_MISSING',
    says: /nothing answers for it/,
    evidence: [`${HOST}/ip-neigh`, annotation('node2', 'backend-data')],
    remedy: RESTART,
  },
  {
    fault: "the other end's neighbour entry is wrong",
    change: (r) =>
      r.items('ip-neigh', (all) => all.filter(({ dev }) => dev === 'flannel.1').forEach((one) => (one['lladdr'] = '02:00:00:00:00:01'))),
    code: 'FLANNEL_NEIGHBOUR_WRONG',
    says: /takes 02:00:00:00:00:01 .* it is be:39:1e:0a:9d:2a/,
    evidence: [`${HOST}/ip-neigh`, annotation('node2', 'backend-data')],
    remedy: RESTART,
  },
  {
    fault: "the other end's forwarding entry is gone",
    change: (r) => r.items('bridge-fdb', (all) => all.filter(({ mac }) => mac !== TUNNEL_MAC)),
    code: 'FLANNEL_FDB_MISSING',
    says: /flannel\.1 has no forwarding entry for be:39:1e:0a:9d:2a/,
    evidence: [annotation('node2', 'backend-data'), annotation('node2', 'public-ip')],
    remedy: /bridge fdb replace be:39:1e:0a:9d:2a dev flannel\.1 dst 172\.30\.0\.12 self permanent/,
  },
  {
    fault: "the other end's forwarding entry names another machine",
    change: (r) =>
      r.items('bridge-fdb', (all) => all.filter(({ mac }) => mac === TUNNEL_MAC).forEach((one) => (one['dst'] = '172.30.0.13'))),
    code: 'FLANNEL_FDB_WRONG',
    says: /to 172\.30\.0\.13; it is at 172\.30\.0\.12/,
    evidence: [`${HOST}/bridge-fdb`, annotation('node2', 'backend-data'), annotation('node2', 'public-ip')],
    remedy: RESTART,
  },
  // The bridge.
  {
    fault: 'the bridge is not there',
    change: (r) => (r.removeDevice('cni0'), withoutPodLinks(r)),
    code: 'FLANNEL_BRIDGE_MISSING',
    says: /pods and no bridge cni0/,
    evidence: [cidrs('node1')],
    remedy: /--flannel-bridge/,
  },
  {
    fault: 'the bridge is down',
    change: (r) => (r.device('cni0', down), withoutRoute(r, '10.244.0.0/24')),
    code: 'FLANNEL_BRIDGE_DOWN',
    says: /cni0 on node1 is down/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip link set cni0 up/,
  },
  {
    fault: "the bridge has an old pod network's address",
    change: (r) =>
      r.device('cni0', (link) => (link['addr_info'] = [{ family: 'inet', local: '10.99.0.1', prefixlen: 24, scope: 'global' }])),
    code: 'FLANNEL_BRIDGE_ADDRESS',
    says: /lacks 10\.244\.0\.1, .*; it has 10\.99\.0\.1/,
    evidence: [`${HOST}/ip-addr`, cidrs('node1')],
    remedy: /ip addr add 10\.244\.0\.1\/24 dev cni0/,
  },
  {
    fault: "the route to the node's own pods is gone",
    change: (r) => withoutRoute(r, '10.244.0.0/24'),
    code: 'FLANNEL_ROUTE_MISSING',
    says: /no route to its own pods \(10\.244\.0\.0\/24\) by cni0/,
    evidence: [`${HOST}/ip-link`, cidrs('node1')],
    remedy: /ip route replace 10\.244\.0\.0\/24 dev cni0/,
  },
  {
    fault: "the route to the node's own pods leaves by another device",
    change: (r) => route(r, '10.244.0.0/24', { dev: 'eth0' }),
    code: 'FLANNEL_ROUTE_WRONG',
    says: /no route to its own pods/,
    evidence: [`${HOST}/ip-route-4`, `${HOST}/ip-link`, cidrs('node1')],
    remedy: /dev cni0/,
  },
  {
    fault: 'bridge netfilter is off',
    change: (r) => r.lines('sysctl', (line) => line.replace('bridge-nf-call-iptables = 1', 'bridge-nf-call-iptables = 0')),
    code: 'FLANNEL_BRIDGE_NF_OFF',
    says: /net\.bridge\.bridge-nf-call-iptables is 0/,
    evidence: [`${HOST}/ip-link`],
    remedy: /sysctl -w net\.bridge\.bridge-nf-call-iptables=1/,
  },
  {
    fault: 'br_netfilter is not loaded',
    change: (r) => r.lines('sysctl', (line) => (line.includes('bridge') ? undefined : line)),
    code: 'FLANNEL_BRIDGE_NF_OFF',
    says: /br_netfilter is not loaded/,
    evidence: [`${HOST}/ip-link`],
    remedy: /modprobe br_netfilter/,
  },
  {
    fault: "the bridge's MTU is larger than the tunnel's",
    change: (r) => r.device('cni0', (link) => (link['mtu'] = 1500)),
    code: 'FLANNEL_MTU',
    says: /cni0 on node1 has MTU 1500, and flannel\.1 only 1450/,
    evidence: [`${HOST}/ip-link`, `${HOST}/ip-link`],
    remedy: /subnet\.env/,
  },
  // Netfilter.
  {
    fault: 'FORWARD drops, and flannel does not accept',
    change: (r) =>
      r.lines('iptables-nft-save', (line) =>
        line.includes('flanneld forward') ? undefined : line.replace(':FORWARD ACCEPT', ':FORWARD DROP'),
      ),
    code: 'FLANNEL_FORWARD_RULES_MISSING',
    says: /FORWARD \(iptables-nft\) is DROP/,
    evidence: NFT_SAVE,
    remedy: /--iptables-forward-rules/,
  },
  {
    fault: 'FORWARD drops, and flannel accepts one direction only',
    change: (r) =>
      r.lines('iptables-nft-save', (line) =>
        line.includes('-A FLANNEL-FWD -d') ? undefined : line.replace(':FORWARD ACCEPT', ':FORWARD DROP'),
      ),
    code: 'FLANNEL_FORWARD_RULES_MISSING',
    says: /accept 10\.244\.0\.0\/16 are not there/,
    evidence: NFT_SAVE,
    remedy: RESTART,
  },
  {
    fault: 'POSTROUTING does not call flannel',
    change: (r) => r.lines('iptables-nft-save', (line) => (line.includes('-j FLANNEL-POSTRTG') ? undefined : line)),
    code: 'FLANNEL_MASQ_MISSING',
    says: /POSTROUTING does not call FLANNEL-POSTRTG/,
    evidence: NFT_SAVE,
    remedy: RESTART,
  },
  ...(['iptables', 'nftables'] as const).flatMap(masqueradeFaults),
  {
    fault: 'an old flannel, without chains of its own, lacks a rule',
    change: (r) => r.nat((lines) => lines.filter((line) => !line.includes('! -d 224.0.0.0/4')).flatMap(formerly)),
    code: 'FLANNEL_MASQ_MISSING',
    says: /what its pods send outside keeps their address\./,
    evidence: NFT_SAVE,
    remedy: RESTART,
  },
  {
    fault: 'there is no rule of flannel that masquerades, and nobody else does',
    change: (r) => r.nat((lines) => lines.filter((line) => !line.includes(MASQ))),
    code: 'FLANNEL_MASQ_MISSING',
    says: /not complete: there are none/,
    evidence: [cidrs('node1')],
    remedy: /--ip-masq/,
  },
  {
    fault: 'nftables mode, and the table is not there',
    change: (r) => (r.useNftables(), r.nft((items) => items.filter((item) => !JSON.stringify(item).includes('flannel-ipv4')))),
    code: 'FLANNEL_MASQ_MISSING',
    says: /not complete: there are none/,
    evidence: [cidrs('node1')],
    remedy: RESTART,
  },
  // A pod.
  {
    fault: 'the pod has an address of another pod network',
    change: (r) => (r.web.status.podIPs = ['10.99.0.5']),
    code: 'FLANNEL_POD_ADDRESS_OUTSIDE',
    says: /has 10\.99\.0\.5, which is not of the pod network 10\.244\.0\.0\/24/,
    evidence: ['Pod/default/web-7f6598ddc7-87dwj /status/podIPs', cidrs('node1')],
    remedy: /delete pod web-7f6598ddc7-87dwj/,
  },
  {
    fault: "the pod's device is no port of the bridge",
    change: (r) => r.device('veth68c68a1a', (link) => delete link['master']),
    code: 'FLANNEL_POD_NOT_ON_BRIDGE',
    says: /veth68c68a1a of pod default\/web-7f6598ddc7-87dwj is no port of any bridge/,
    evidence: [`${HOST}/ip-link`],
    remedy: /ip link set veth68c68a1a master cni0 on node1/,
  },
  {
    fault: "the pod's device is a port of another bridge",
    change: (r) => r.device('veth68c68a1a', (link) => (link['master'] = 'docker0')),
    code: 'FLANNEL_POD_NOT_ON_BRIDGE',
    says: /is a port of docker0, and should be one of cni0/,
    evidence: [`${HOST}/ip-link`],
    remedy: /master cni0/,
  },
  {
    fault: 'hairpin mode is off',
    change: (r) => r.device('veth68c68a1a', (link) => (slaveData(link)['hairpin'] = false)),
    code: 'FLANNEL_HAIRPIN_OFF',
    says: /hairpin mode off/,
    evidence: [`${HOST}/ip-link`],
    remedy: /bridge link set dev veth68c68a1a hairpin on/,
  },
  {
    fault: "the pod's MTU is larger than the tunnel's",
    change: (r) => r.device('eth0', (link) => (link['mtu'] = 1500), 'web'),
    code: 'FLANNEL_MTU',
    says: /Pod default\/web-7f6598ddc7-87dwj has MTU 1500, and flannel\.1 of its node only 1450/,
    evidence: ['nodes/node1/pods/default_web-7f6598ddc7-87dwj/ip-link', `${HOST}/ip-link`],
    remedy: /delete pod/,
  },
  {
    fault: "the pod's MTU is smaller than its node's end",
    change: (r) => r.device('eth0', (link) => (link['mtu'] = 1400), 'web'),
    code: 'FLANNEL_MTU',
    says: /has MTU 1400, and veth68c68a1a, the node's end of its veth pair, 1450/,
    evidence: ['nodes/node1/pods/default_web-7f6598ddc7-87dwj/ip-link', `${HOST}/ip-link`],
    remedy: /delete pod/,
  },
  {
    fault: "the pod's MTU is not what --flannel-pod-mtu says",
    change: (r) => r.device('eth0', (link) => (link['mtu'] = 1400), 'web'),
    flags: { 'flannel-pod-mtu': 1450 },
    code: 'FLANNEL_MTU',
    level: 'INFO',
    says: /has MTU 1400, and --flannel-pod-mtu says 1450/,
    evidence: ['nodes/node1/pods/default_web-7f6598ddc7-87dwj/ip-link'],
    remedy: /^$/,
  },
];

/** The rules stood in POSTROUTING itself before flannel 0.20. */
function formerly(line: string): readonly string[] {
  if (line.includes('-j FLANNEL-POSTRTG') || line.startsWith(':FLANNEL-POSTRTG')) return [];
  return [line.replace('-A FLANNEL-POSTRTG', '-A POSTROUTING')];
}

/** The same faults in both forms of the rules. `0`: kube-proxy's mark, then in flanneld's order. */
function masqueradeFaults(form: 'iptables' | 'nftables'): readonly Case[] {
  const reorder =
    (order: readonly number[]) =>
    (r: Recorded): void => {
      if (form === 'nftables') {
        r.useNftables();
        r.nft((items) =>
          rearranged(
            items,
            (item) => JSON.stringify(item).includes('"chain":"postrtg"') && JSON.stringify(item).includes('flannel-ipv4'),
            order,
          ),
        );
        return;
      }
      r.nat((lines) => rearranged(lines, (line) => line.startsWith('-A FLANNEL-POSTRTG'), order));
    };
  const rows: readonly (readonly [fault: string, order: readonly number[], says: RegExp])[] = [
    ['nothing masquerades what pods send outside', [0, 1, 2, 3, 5], /not complete: what its pods send outside keeps their address\./],
    [
      'pods lose their address to other nodes',
      form === 'iptables' ? [0, 2, 3, 4, 5] : [0, 2, 4, 5],
      /what its pods send to pods of other nodes loses its source/,
    ],
    [
      'pods of other nodes lose their address here',
      form === 'iptables' ? [0, 1, 3, 4, 5] : [0, 1, 4, 5],
      /what pods of other nodes send to its pods loses its source/,
    ],
    ['what comes from outside loses its source', [0, 1, 2, 4, 5], /what comes from outside for its pods loses its source/],
    ['the rules stand in another order', [0, 4, 1, 2, 3, 5], /to pods of other nodes loses its source; what pods of other nodes send/],
    ...(form === 'iptables'
      ? [
          [
            'what comes from outside for other nodes keeps its source',
            [0, 1, 2, 3, 4],
            /outside for pods of other nodes keeps its source/,
          ] as const,
        ]
      : []),
  ];
  return rows.map(([fault, order, says]) => ({
    fault: `${form}: ${fault}`,
    change: reorder(order),
    code: 'FLANNEL_MASQ_MISSING',
    says,
    evidence: form === 'iptables' ? NFT_SAVE : [`${HOST}/nft`],
    remedy: RESTART,
  }));
}

/** Those that are meant in that order (by number), at the place of the first; the others where they are. */
function rearranged<T>(all: readonly T[], isMeant: (one: T) => boolean, order: readonly number[]): T[] {
  const meant = all.filter(isMeant);
  const at = all.findIndex(isMeant);
  const others = (part: readonly T[]): readonly T[] => part.filter((one) => !isMeant(one));
  return [...others(all.slice(0, at)), ...order.map((i) => meant[i] as T), ...others(all.slice(at))];
}

/** Ports whose bridge is gone have no master any more. */
function withoutPodLinks(r: Recorded): void {
  r.items('ip-link', (links) => links.filter(({ master }) => master === 'cni0').forEach((link) => delete link['master']));
  for (const pod of Object.keys(r.dumps['node1']?.pods ?? {})) delete r.dumps['node1']?.pods[pod];
}

describe('each fault is named, on its object, with its evidence, and alone', () => {
  test.each(FAULTS.map((row) => [row.fault, row] as const))('%s', (_fault, { change, flags, code, level, says, evidence, remedy }) => {
    const recorded = new Recorded();
    change(recorded);
    const found = recorded.told(flags);
    const isPods = WARNS_OF_A_POD.has(code) || found[0]?.message.startsWith('Pod ') === true;
    const on = isPods ? { type: 'pod', id: 'default/web-7f6598ddc7-87dwj' } : { type: 'node', id: 'node1' };
    assertFault(found, { code, level, on, says, evidence, remedy });
  });
});

describe('what was not read is not taken for broken', () => {
  test.each<[artifact: ArtifactName]>([
    ['ip-link'],
    ['ip-addr'],
    ['ip-route-4'],
    ['ip-neigh'],
    ['bridge-fdb'],
    ['bridge-link'],
    ['sysctl'],
    ['iptables-nft-save'],
    ['iptables-legacy-save'],
    ['nft'],
  ])('%s', (artifact) => {
    const recorded = new Recorded();
    recorded.forget(artifact);
    expect(recorded.told()).toEqual([]);
  });

  test('nothing at all', () => {
    const recorded = new Recorded();
    recorded.dumps['node1'] = { host: {}, pods: {} };
    expect(recorded.told()).toEqual([]);
  });

  test('no annotation was read: another prefix', () => {
    const recorded = new Recorded();
    for (const { metadata } of recorded.nodes) for (const key of Object.keys(metadata.annotations)) delete metadata.annotations[key];
    expect(recorded.told()).toEqual([]);
  });
});
