import { describe, expect, test } from '@jest/globals';
import type { FlagValues, Suspicion } from '@skoop/core';
import type { ArtifactName } from '@skoop/netstack';
import { readdirSync } from 'node:fs';
import { type Item, assertFault } from '@skoop/testkit';
import { Built } from '../testing/built.ts';
import { type Mode, WEB } from '../testing/nodes.ts';

const MODES: readonly Mode[] = ['bgp', 'ipip', 'ipip-cross', 'vxlan', 'vxlan-cross', 'wireguard', 'dual'];
const HOST = 'nodes/node1/host';
const RESTART = /kubectl -n kube-system delete pod calico-node-node1/;
const LINK = `${HOST}/ip-link`;
const ROUTES = `${HOST}/ip-route-4`;

const annotation = (node: string, key: string): string => `Node/${node} /metadata/annotations/projectcalico.org~1${key}`;
const poolField = (field: string): string => `IPPool/default-ipv4-ippool /spec/${field}`;
const affinity = (node: string, cidr: string): string => `BlockAffinity/${node}-${cidr.replace(/[./:]+/g, '-')} /spec/cidr`;
const block2 = affinity('node2', '192.168.2.64/26');
const block3 = affinity('node3', '192.168.3.128/26');
const ips = 'Pod/default/web /status/podIPs';

/** Felix does not know of the device. */
function withoutChains(b: Built): void {
  b.lines('iptables-nft-save', (line) => (line.includes(WEB) ? undefined : line));
}

describe('a healthy node', () => {
  test.each(MODES)('in mode %s is silent', (mode) => {
    expect(new Built(mode).told()).toEqual([]);
  });

  test.each<[name: string, mode: Mode, change: (b: Built) => void, flags: FlagValues]>([
    [
      'with the flags that say what is there',
      'bgp',
      () => undefined,
      { 'calico-host-interface': 'eth0', 'calico-host-mtu': 1500, 'calico-pod-mtu': 1500 },
    ],
    [
      'with those of IPIP',
      'ipip',
      () => undefined,
      { 'calico-host-interface': 'eth0', 'calico-ipip-pod-mtu': 1480, 'calico-pod-mtu': 9000 },
    ],
    ['whose objects are those of the newer group', 'ipip', (b) => b.rename('projectcalico.org'), {}],
    ['whose datastore is etcd: no objects are known', 'vxlan', (b) => b.custom.clear(), {}],
    ['whose affinities could not be read', 'vxlan', (b) => void b.custom.delete('blockaffinities.crd.projectcalico.org'), {}],
    ['whose Felix writes nftables', 'vxlan', (b) => b.native(), {}],
    [
      'whose Felix writes to the legacy tables',
      'bgp',
      (b) => {
        b.host['iptables-legacy-save'] = b.host['iptables-nft-save'] ?? '';
        b.host['iptables-nft-save'] = '';
      },
      {},
    ],
    ['without pods', 'bgp', (b) => (b.removeDevice(WEB), void b.pods.splice(0, 1), b.forgetPod(), withoutChains(b)), {}],
    [
      'with an affinity that is only asked for',
      'vxlan',
      (b) => {
        b.spec('blockaffinities', (spec) => (spec['state'] = 'pending'), 'node3-192-168-3-128-26');
        b.route('192.168.3.128/26', undefined);
      },
      {},
    ],
    [
      'whose other node is just being removed',
      'vxlan',
      (b) => {
        b.node('node3').metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
        b.annotate('node3', 'IPv4VXLANTunnelAddr', '192.168.9.9');
      },
      {},
    ],
    [
      'with a host endpoint that is there',
      'bgp',
      (b) => b.add('hostendpoints', 'HostEndpoint', 'node1-eth0', { node: 'node1', interfaceName: 'eth0' }),
      {},
    ],
    [
      'with one that is all devices',
      'bgp',
      (b) => b.add('hostendpoints', 'HostEndpoint', 'node1-all', { node: 'node1', interfaceName: '*', expectedIPs: ['1.2.3.4'] }),
      {},
    ],
    [
      'with one of another node',
      'bgp',
      (b) => b.add('hostendpoints', 'HostEndpoint', 'node2-ens5', { node: 'node2', interfaceName: 'ens5' }),
      {},
    ],
    [
      'with one by its address',
      'bgp',
      (b) => b.add('hostendpoints', 'HostEndpoint', 'node1', { node: 'node1', expectedIPs: ['172.18.0.11'] }),
      {},
    ],
    [
      'without a mesh: route reflectors tell, or routers know',
      'bgp',
      (b) => {
        b.add('bgpconfigurations', 'BGPConfiguration', 'default', { nodeToNodeMeshEnabled: false });
        for (const dst of ['192.168.2.64/26', '192.168.3.128/26', '192.168.1.9']) b.route(dst, undefined);
      },
      {},
    ],
    [
      'that a route reflector tells its routes',
      'bgp',
      (b) => {
        b.annotate('node2', 'RouteReflectorClusterID', '244.0.0.1');
        b.lines('ss', (line) => (line.includes('172.18.0.12:') ? undefined : line));
      },
      {},
    ],
    [
      'whose pool is told to nobody',
      'bgp',
      (b) => {
        b.spec('ippools', (spec) => (spec['disableBGPExport'] = true));
        for (const dst of ['192.168.2.64/26', '192.168.3.128/26', '192.168.1.9']) b.route(dst, undefined);
      },
      {},
    ],
    [
      'with IPIP routes of Felix instead of BIRD',
      'ipip',
      (b) =>
        b.items('ip-route-4', (routes) => routes.map((one) => ({ ...one, protocol: one['protocol'] === 'bird' ? '80' : one['protocol'] }))),
      {},
    ],
    [
      'with a pool for load balancers alone',
      'bgp',
      (b) => b.add('ippools', 'IPPool', 'lb', { cidr: '10.99.0.0/24', natOutgoing: true, allowedUses: ['LoadBalancer'] }),
      {},
    ],
    [
      'with another pool that is not masqueraded',
      'bgp',
      (b) => {
        b.add('ippools', 'IPPool', 'plain', { cidr: '10.99.0.0/16', natOutgoing: false });
        b.lines('ipset-save', (line) =>
          line === 'add cali40all-ipam-pools 192.168.0.0/16' ? `${line}\nadd cali40all-ipam-pools 10.99.0.0/16` : line,
        );
      },
      {},
    ],
    [
      'in its newest version: the set has another name',
      'bgp',
      (b) => b.lines('ipset-save', (line) => line.replace('cali40all-ipam-pools', 'cali40network-ip-pools')),
      {},
    ],
    [
      'with a VNI and a port of its own',
      'vxlan',
      (b) => {
        b.spec('felixconfigurations', (spec) => Object.assign(spec, { vxlanVNI: 7, vxlanPort: 8472 }));
        b.device('vxlan.calico', (link) => Object.assign(vxlanData(link), { id: 7, port: 8472 }));
      },
      {},
    ],
    [
      'that a FelixConfiguration of its own overrules',
      'vxlan',
      (b) => {
        b.add('felixconfigurations', 'FelixConfiguration', 'node.node1', { vxlanPort: 8472 });
        b.device('vxlan.calico', (link) => Object.assign(vxlanData(link), { port: 8472 }));
      },
      {},
    ],
    [
      'without a MAC address in its annotation: Felix derives it',
      'vxlan',
      (b) => ['node1', 'node2', 'node3'].forEach((node) => b.annotate(node, 'VXLANTunnelMACAddr', undefined)),
      {},
    ],
    [
      'with a pod of another network beside (several devices)',
      'bgp',
      (b) => b.route('default', { gateway: '10.9.9.1', dev: 'net1' }, 'web'),
      {},
    ],
    [
      'in eBPF mode: its tables have no chains',
      'vxlan',
      (b) => {
        b.spec('felixconfigurations', (spec) => (spec['bpfEnabled'] = true));
        b.host['iptables-nft-save'] = '';
        b.host['ipset-save'] = '';
      },
      {},
    ],
  ])('%s is silent', (_name, mode, change, flags) => {
    const built = new Built(mode);
    change(built);
    expect(built.told(flags)).toEqual([]);
  });

  test('of Canal is silent: routes and addresses are flannel’s', () => {
    expect(canal().told()).toEqual([]);
  });
});

/** As Canal is set up: Calico's devices and policies, and nothing else of it. */
function canal(): Built {
  const built = new Built('bgp');
  for (const workload of built.workloads) workload.metadata.name = 'canal';
  for (const configMap of built.configMaps) configMap.metadata.name = 'canal-config';
  for (const { metadata } of built.pods) if (metadata.labels['k8s-app'] !== undefined) metadata.labels['k8s-app'] = 'canal';
  for (const node of built.nodes) node.metadata.annotations = {};
  built.custom.clear();
  built.web.status.podIPs = ['192.168.1.5'];
  for (const dst of ['192.168.2.64/26', '192.168.3.128/26', '192.168.1.0/26', '192.168.1.9']) built.route(dst, undefined);
  return built;
}

const vxlanData = (link: Item): Item => (link['linkinfo'] as { info_data: Item }).info_data;

interface Case {
  readonly fault: string;
  readonly mode?: Mode;
  readonly change: (b: Built) => void;
  readonly flags?: FlagValues;
  readonly code: string;
  readonly level?: Suspicion['level'];
  readonly says: RegExp;
  readonly evidence: readonly string[];
  readonly remedy: RegExp;
}

const FAULTS: readonly Case[] = [
  // What the node tells the others.
  {
    fault: 'calico-node has not registered the node',
    mode: 'bgp',
    change: (b) => b.annotate('node1', 'IPv4Address', undefined),
    code: 'CALICO_NODE_UNREGISTERED',
    says: /has not registered node node1/,
    evidence: [annotation('node1', 'IPv4Address')],
    remedy: /spec\.nodeName=node1/,
  },
  {
    fault: 'two nodes call one address theirs',
    mode: 'bgp',
    change: (b) => (
      b.annotate('node2', 'IPv4Address', '172.18.0.11/24'),
      b.route('192.168.2.64/26', { gateway: '172.18.0.11' }),
      b.route('192.168.1.9', { gateway: '172.18.0.11' })
    ),
    code: 'CALICO_ADDRESS_DUPLICATE',
    says: /node1 and node2 both call 172\.18\.0\.11/,
    evidence: [annotation('node1', 'IPv4Address'), annotation('node2', 'IPv4Address')],
    remedy: /IP_AUTODETECTION_METHOD/,
  },
  {
    fault: 'the node has not the address that it tells',
    mode: 'bgp',
    change: (b) => b.annotate('node1', 'IPv4Address', '172.18.0.99/24'),
    code: 'CALICO_NODE_ADDRESS',
    says: /No device of node1 has 172\.18\.0\.99/,
    evidence: [annotation('node1', 'IPv4Address')],
    remedy: RESTART,
  },
  {
    fault: 'the address has no prefix: every node is on another subnet',
    mode: 'vxlan-cross',
    change: (b) => {
      b.annotate('node1', 'IPv4Address', '172.18.0.11/32');
      for (const dst of ['192.168.2.64/26', '192.168.1.9']) b.route(dst, { gateway: '192.168.2.64', dev: 'vxlan.calico' });
    },
    code: 'CALICO_NODE_SUBNET',
    says: /without the prefix of its network.*default-ipv4-ippool/,
    evidence: [annotation('node1', 'IPv4Address'), poolField('vxlanMode')],
    remedy: /IP_AUTODETECTION_METHOD/,
  },
  {
    fault: 'BIRD does not run',
    mode: 'ipip',
    change: (b) => (b.host['ss'] = 'tcp LISTEN 0 8 127.0.0.1:9099 0.0.0.0:* ino:1 sk:1 <->\n'),
    code: 'CALICO_BGP_NOT_LISTENING',
    says: /Nothing on node1 listens on TCP port 179/,
    evidence: [annotation('node1', 'IPv4Address')],
    remedy: RESTART,
  },
  {
    fault: 'a BGP session is not there',
    mode: 'bgp',
    change: (b) =>
      b.lines('ss', (line) => line.replace('ESTAB 0 0 172.18.0.11:179 172.18.0.12:', 'SYN-SENT 0 1 172.18.0.11:33333 172.18.0.12:179 ')),
    code: 'CALICO_BGP_NO_SESSION',
    says: /no BGP session with node2 \(172\.18\.0\.12\)/,
    evidence: [annotation('node1', 'IPv4Address'), annotation('node2', 'IPv4Address')],
    remedy: /TCP port 179/,
  },
  {
    fault: "the node's address lies in a pool",
    mode: 'bgp',
    change: (b) => {
      b.add('ippools', 'IPPool', 'wide', { cidr: '172.16.0.0/12' });
      b.lines('ipset-save', (line) =>
        line === 'add cali40all-ipam-pools 192.168.0.0/16' ? `${line}\nadd cali40all-ipam-pools 172.16.0.0/12` : line,
      );
    },
    code: 'CALICO_POOL_OVERLAP',
    says: /172\.18\.0\.11 of node node1 lies in the pool wide \(172\.16\.0\.0\/12\)/,
    evidence: ['IPPool/wide /spec/cidr', annotation('node1', 'IPv4Address')],
    remedy: /another network for pods/,
  },
  // Tunnels' devices.
  {
    fault: 'the VXLAN device is not there',
    change: (b) => b.removeDevice('vxlan.calico'),
    code: 'CALICO_DEVICE_MISSING',
    says: /no device vxlan\.calico.* by VXLAN/,
    evidence: [annotation('node1', 'IPv4VXLANTunnelAddr')],
    remedy: RESTART,
  },
  {
    fault: 'the IPIP device is not there',
    mode: 'ipip',
    change: (b) => b.removeDevice('tunl0'),
    code: 'CALICO_DEVICE_MISSING',
    says: /no device tunl0.* by IPIP/,
    evidence: [annotation('node1', 'IPv4IPIPTunnelAddr')],
    remedy: RESTART,
  },
  {
    fault: 'the WireGuard device is not there',
    mode: 'wireguard',
    change: (b) => b.removeDevice('wireguard.cali'),
    code: 'CALICO_DEVICE_MISSING',
    says: /no device wireguard\.cali.* by WireGuard/,
    evidence: [annotation('node1', 'WireguardPublicKey')],
    remedy: RESTART,
  },
  {
    fault: 'the device is down',
    mode: 'ipip',
    change: (b) => b.down('tunl0'),
    code: 'CALICO_DEVICE_DOWN',
    says: /tunl0 on node1 is down/,
    evidence: [LINK],
    remedy: /ip link set tunl0 up on node1/,
  },
  {
    fault: 'the device has another VNI',
    change: (b) => b.device('vxlan.calico', (link) => (vxlanData(link)['id'] = 1)),
    code: 'CALICO_VNI_MISMATCH',
    says: /has VNI 1, and Felix' is 4096/,
    evidence: [LINK],
    remedy: RESTART,
  },
  {
    fault: 'the device has another UDP port',
    change: (b) => b.device('vxlan.calico', (link) => (vxlanData(link)['port'] = 8472)),
    code: 'CALICO_PORT_MISMATCH',
    says: /UDP port 8472, and Felix' is 4789/,
    evidence: [LINK],
    remedy: RESTART,
  },
  {
    fault: 'the device has another MAC address than the others take it for',
    change: (b) => b.device('vxlan.calico', (link) => (link['address'] = '66:00:00:00:00:01')),
    code: 'CALICO_VTEP_WRONG',
    says: /has the address 66:00:00:00:00:01, and the other nodes take it for 66:/,
    evidence: [LINK, annotation('node1', 'VXLANTunnelMACAddr')],
    remedy: RESTART,
  },
  {
    fault: 'the device sends from another address',
    change: (b) => b.device('vxlan.calico', (link) => (vxlanData(link)['local'] = '10.0.2.15')),
    code: 'CALICO_VTEP_WRONG',
    says: /sends from 10\.0\.2\.15, and the other nodes send to 172\.18\.0\.11/,
    evidence: [LINK, annotation('node1', 'IPv4Address')],
    remedy: RESTART,
  },
  {
    fault: 'the device has lost its address',
    mode: 'ipip',
    change: (b) => b.device('tunl0', (link) => (link['addr_info'] = [])),
    code: 'CALICO_TUNNEL_ADDRESS',
    says: /tunl0 on node1 lacks its address 192\.168\.1\.0/,
    evidence: [LINK, annotation('node1', 'IPv4IPIPTunnelAddr')],
    remedy: /ip addr add 192\.168\.1\.0\/32 dev tunl0/,
  },
  {
    fault: 'the device was given no address',
    mode: 'ipip',
    change: (b) => b.annotate('node1', 'IPv4IPIPTunnelAddr', undefined),
    code: 'CALICO_TUNNEL_ADDRESS',
    says: /has given node1 no address for tunl0/,
    evidence: [annotation('node1', 'IPv4IPIPTunnelAddr'), LINK],
    remedy: RESTART,
  },
  {
    fault: "the tunnel's packets do not fit the device below",
    change: (b) => b.device('eth0', (link) => (link['mtu'] = 1450)),
    code: 'CALICO_MTU',
    says: /vxlan\.calico on node1 has MTU 1450, and eth0 below it leaves room for 1400/,
    evidence: [LINK, LINK],
    remedy: /mtu 1400/,
  },
  {
    fault: 'the device for IPv6 leaves less room',
    mode: 'dual',
    change: (b) => b.device('vxlan-v6.calico', (link) => (link['mtu'] = 1450)),
    code: 'CALICO_MTU',
    says: /vxlan-v6\.calico on node1 has MTU 1450, and eth0 below it leaves room for 1430/,
    evidence: [LINK, LINK],
    remedy: /mtu 1430/,
  },
  {
    fault: "the node's MTU is not what --calico-host-mtu says",
    mode: 'bgp',
    change: () => undefined,
    flags: { 'calico-host-mtu': 9000 },
    code: 'CALICO_MTU',
    level: 'INFO',
    says: /eth0 on node1 has MTU 1500, and --calico-host-mtu says 9000/,
    evidence: [LINK],
    remedy: /^$/,
  },
  // Routes.
  {
    fault: 'the route to a block is gone (VXLAN)',
    change: (b) => b.route('192.168.3.128/26', undefined),
    code: 'CALICO_ROUTE_MISSING',
    says: /no route to 192\.168\.3\.128\/26, a block of node3/,
    evidence: [block3, poolField('vxlanMode'), annotation('node3', 'IPv4VXLANTunnelAddr')],
    remedy: /ip route replace 192\.168\.3\.128\/26 via 192\.168\.3\.128 dev vxlan\.calico onlink on node1/,
  },
  {
    fault: 'the route to a block is gone (IPIP)',
    mode: 'ipip',
    change: (b) => b.route('192.168.2.64/26', undefined),
    code: 'CALICO_ROUTE_MISSING',
    says: /no route to 192\.168\.2\.64\/26, a block of node2/,
    evidence: [block2, poolField('ipipMode'), annotation('node2', 'IPv4Address')],
    remedy: /ip route replace 192\.168\.2\.64\/26 via 172\.18\.0\.12 dev tunl0 onlink on node1/,
  },
  {
    fault: 'the route to a block is gone (BGP, one wire)',
    mode: 'bgp',
    change: (b) => b.route('192.168.2.64/26', undefined),
    code: 'CALICO_ROUTE_MISSING',
    says: /no route to 192\.168\.2\.64\/26/,
    evidence: [block2, poolField('ipipMode'), annotation('node2', 'IPv4Address')],
    remedy: /via 172\.18\.0\.12 dev eth0 on node1/,
  },
  {
    fault: 'the route to a block for IPv6 is gone',
    mode: 'dual',
    change: (b) => b.items('ip-route-6', (routes) => routes.filter(({ dst }) => dst !== 'fd00:10:0:2::/122')),
    code: 'CALICO_ROUTE_MISSING',
    says: /no route to fd00:10:0:2::\/122, a block of node2/,
    evidence: [
      affinity('node2', 'fd00:10:0:2::/122'),
      'IPPool/default-ipv6-ippool /spec/vxlanMode',
      annotation('node2', 'IPv6VXLANTunnelAddr'),
    ],
    remedy: /ip -6 route replace fd00:10:0:2::\/122 via fd00:10:0:2:: dev vxlan-v6\.calico metric 1024 onlink/,
  },
  {
    fault: 'the route to a borrowed address is gone',
    mode: 'ipip',
    change: (b) => b.route('192.168.1.9', undefined),
    code: 'CALICO_ROUTE_MISSING',
    says: /no route to 192\.168\.1\.9\/32, an address that node2 uses/,
    evidence: ['IPAMBlock/192-168-1-0-26 /spec/attributes/1/secondary', poolField('ipipMode'), annotation('node2', 'IPv4Address')],
    remedy: /via 172\.18\.0\.12 dev tunl0 onlink/,
  },
  {
    fault: 'the route to a block has another gateway',
    change: (b) => b.route('192.168.2.64/26', { gateway: '192.168.9.9' }),
    code: 'CALICO_ROUTE_WRONG',
    says: /via 192\.168\.9\.9 by vxlan\.calico; Calico's route is 192\.168\.2\.64\/26 via 192\.168\.2\.64 dev vxlan\.calico/,
    evidence: [ROUTES, block2, poolField('vxlanMode'), annotation('node2', 'IPv4VXLANTunnelAddr')],
    remedy: RESTART,
  },
  {
    fault: 'a node of the own subnet is reached by the tunnel (CrossSubnet)',
    mode: 'ipip-cross',
    change: (b) => b.route('192.168.2.64/26', { dev: 'tunl0' }),
    code: 'CALICO_ROUTE_WRONG',
    says: /via 172\.18\.0\.12 by tunl0/,
    evidence: [ROUTES, block2, poolField('ipipMode'), annotation('node2', 'IPv4Address')],
    remedy: /dev eth0/,
  },
  {
    fault: 'a node of another subnet is reached without the tunnel (CrossSubnet)',
    mode: 'vxlan-cross',
    change: (b) => b.route('192.168.3.128/26', { gateway: '172.18.0.1', dev: 'eth0' }),
    code: 'CALICO_ROUTE_WRONG',
    says: /via 172\.18\.0\.1 by eth0/,
    evidence: [ROUTES, block3, poolField('vxlanMode'), annotation('node3', 'IPv4VXLANTunnelAddr')],
    remedy: /dev vxlan\.calico/,
  },
  {
    fault: 'the route to a block leaves by another device than is named',
    mode: 'bgp',
    change: (b) => {
      b.items('ip-link', (links) => [...links, { ifindex: 9, ifname: 'eth1', flags: ['UP', 'LOWER_UP'], mtu: 1500, link_type: 'ether' }]);
      for (const dst of ['192.168.2.64/26', '192.168.1.9']) b.route(dst, { dev: 'eth1' });
    },
    flags: { 'calico-host-interface': 'eth1' },
    code: 'CALICO_ROUTE_WRONG',
    says: /192\.168\.3\.128\/26, a block of node3, via 172\.18\.0\.1 by eth0/,
    evidence: [ROUTES, block3, poolField('ipipMode'), annotation('node3', 'IPv4Address')],
    remedy: /dev eth1/,
  },
  {
    fault: 'another one refuses the block',
    mode: 'bgp',
    change: (b) => b.route('192.168.2.64/26', { type: 'unreachable', gateway: undefined, dev: 'lo' }),
    code: 'CALICO_ROUTE_WRONG',
    says: /nowhere \(unreachable\)/,
    evidence: [ROUTES, block2, poolField('ipipMode'), annotation('node2', 'IPv4Address')],
    remedy: /ip route replace/,
  },
  {
    fault: 'a route leads to a block that nobody has',
    mode: 'ipip',
    change: (b) =>
      b.items('ip-route-4', (all) => [
        ...all,
        {
          type: 'unicast',
          dst: '192.168.7.0/26',
          gateway: '172.18.0.17',
          dev: 'tunl0',
          table: 'main',
          protocol: 'bird',
          flags: ['onlink'],
        },
      ]),
    code: 'CALICO_ROUTE_STALE',
    level: 'INFO',
    says: /192\.168\.7\.0\/26, which is no node's block/,
    evidence: [ROUTES],
    remedy: /ip route del 192\.168\.7\.0\/26 on node1/,
  },
  {
    fault: 'a route leads to a block of a node that is gone',
    mode: 'bgp',
    change: (b) => void b.nodes.splice(2, 1),
    code: 'CALICO_ROUTE_STALE',
    level: 'INFO',
    says: /192\.168\.3\.128\/26, a block of node3, and there is no such node/,
    evidence: [ROUTES, block3],
    remedy: /calico-kube-controllers/,
  },
  {
    fault: 'the own block has no blackhole',
    mode: 'bgp',
    change: (b) => b.route('192.168.1.0/26', undefined),
    code: 'CALICO_BLACKHOLE_MISSING',
    level: 'INFO',
    says: /no blackhole route for its own block 192\.168\.1\.0\/26/,
    evidence: [affinity('node1', '192.168.1.0/26')],
    remedy: RESTART,
  },
  {
    fault: 'the node has no default route: nobody answers for the gateway',
    mode: 'bgp',
    change: (b) => b.items('ip-route-4', (routes) => routes.filter(({ dst }) => dst !== 'default')),
    code: 'CALICO_GATEWAY_ROUTE',
    says: /no route to 169\.254\.1\.1, the gateway of its pods/,
    evidence: [annotation('node1', 'IPv4Address')],
    remedy: /ip route add default/,
  },
  // How the other ends of the VXLAN are found.
  {
    fault: 'the neighbour entry of a node is gone',
    change: (b) => b.items('ip-neigh', (all) => all.filter(({ dst }) => dst !== '192.168.2.64')),
    code: 'CALICO_NEIGHBOUR_MISSING',
    says: /node2's end of the tunnel \(192\.168\.2\.64 on vxlan\.calico\)/,
    evidence: [annotation('node2', 'VXLANTunnelMACAddr')],
    remedy: /ip neigh replace 192\.168\.2\.64 lladdr 66:/,
  },
  {
    fault: 'the neighbour entry of a node has another MAC address',
    change: (b) =>
      b.items('ip-neigh', (all) => all.filter(({ dst }) => dst === '192.168.2.64').forEach((one) => (one['lladdr'] = '66:00:00:00:00:09'))),
    code: 'CALICO_NEIGHBOUR_WRONG',
    says: /takes 66:00:00:00:00:09/,
    evidence: [`${HOST}/ip-neigh`, annotation('node2', 'VXLANTunnelMACAddr')],
    remedy: RESTART,
  },
  {
    fault: 'the forwarding entry of a node is gone',
    change: (b) => b.items('bridge-fdb', (all) => all.filter(({ dst }) => dst !== '172.18.1.13')),
    code: 'CALICO_FDB_MISSING',
    says: /where node3's end of the tunnel is/,
    evidence: [annotation('node3', 'VXLANTunnelMACAddr'), annotation('node3', 'IPv4Address')],
    remedy: /bridge fdb replace 66:.* dst 172\.18\.1\.13 self permanent/,
  },
  {
    fault: 'the forwarding entry of a node has another address',
    change: (b) =>
      b.items('bridge-fdb', (all) => all.filter(({ dst }) => dst === '172.18.1.13').forEach((one) => (one['dst'] = '10.0.2.15'))),
    code: 'CALICO_FDB_WRONG',
    says: /to 10\.0\.2\.15; it is at 172\.18\.1\.13/,
    evidence: [`${HOST}/bridge-fdb`, annotation('node3', 'VXLANTunnelMACAddr'), annotation('node3', 'IPv4Address')],
    remedy: RESTART,
  },
  // WireGuard.
  {
    fault: 'no rule leads to WireGuard',
    mode: 'wireguard',
    change: (b) => b.items('ip-rule-4', (rules) => rules.filter(({ priority }) => priority !== 99)),
    code: 'CALICO_WIREGUARD_RULE_MISSING',
    says: /no rule that leads packets to wireguard\.cali/,
    evidence: [annotation('node1', 'WireguardPublicKey')],
    remedy: RESTART,
  },
  {
    fault: 'a block is not encrypted',
    mode: 'wireguard',
    change: (b) => b.items('ip-route-4', (routes) => routes.filter(({ dst, table }) => dst !== '192.168.2.64/26' || table !== '1')),
    code: 'CALICO_WIREGUARD_ROUTE_MISSING',
    says: /does not encrypt what is for 192\.168\.2\.64\/26, of node2/,
    evidence: [block2, annotation('node2', 'WireguardPublicKey')],
    remedy: /ip route replace 192\.168\.2\.64\/26 dev wireguard\.cali table 1/,
  },
  {
    fault: 'the device has another key than was told',
    mode: 'wireguard',
    change: (b) =>
      b.lines('wireguard', (line) => line.replace('public-key wireguard.cali\tkey-of-node1=', 'public-key wireguard.cali\told=')),
    code: 'CALICO_WIREGUARD_KEY',
    says: /has the key old=, and the other nodes were told key-of-node1=/,
    evidence: [LINK, annotation('node1', 'WireguardPublicKey')],
    remedy: RESTART,
  },
  {
    fault: 'a node is no peer',
    mode: 'wireguard',
    change: (b) => b.lines('wireguard', (line) => (line.includes('key-of-node3=') ? undefined : line)),
    code: 'CALICO_WIREGUARD_PEER_MISSING',
    says: /no peer with the key of node3/,
    evidence: [LINK, annotation('node3', 'WireguardPublicKey')],
    remedy: RESTART,
  },
  {
    fault: "a peer's block is not allowed",
    mode: 'wireguard',
    change: (b) => b.lines('wireguard', (line) => line.replace('192.168.3.128/26', '192.168.7.0/26')),
    code: 'CALICO_WIREGUARD_ALLOWED',
    says: /does not take 192\.168\.3\.128\/26 for an address of node3/,
    evidence: [`${HOST}/wireguard`, block3],
    remedy: RESTART,
  },
  // Host endpoints.
  {
    fault: 'a host endpoint names a device that is not there',
    mode: 'bgp',
    change: (b) => b.add('hostendpoints', 'HostEndpoint', 'node1-ens5', { node: 'node1', interfaceName: 'ens5' }),
    code: 'CALICO_HOST_ENDPOINT',
    says: /node1-ens5 is the device ens5 of node1, which is not there/,
    evidence: ['HostEndpoint/node1-ens5 /spec/interfaceName'],
    remedy: /kubectl edit hostendpoints/,
  },
  {
    fault: 'a host endpoint names addresses that are not there',
    mode: 'bgp',
    change: (b) => b.add('hostendpoints', 'HostEndpoint', 'node1-old', { node: 'node1', expectedIPs: ['10.1.1.1', 7] }),
    code: 'CALICO_HOST_ENDPOINT',
    says: /node1-old is a device with 10\.1\.1\.1/,
    evidence: ['HostEndpoint/node1-old /spec/expectedIPs'],
    remedy: /calicoctl patch hostendpoint node1-old/,
  },
  // Netfilter.
  {
    fault: 'Felix has written no rules',
    mode: 'bgp',
    change: (b) => (b.host['iptables-nft-save'] = '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n'),
    code: 'CALICO_RULES_MISSING',
    says: /none of Calico's rules for IPv4/,
    evidence: [`${HOST}/iptables-nft-save`],
    remedy: RESTART,
  },
  {
    fault: "Felix' rules are there twice",
    mode: 'bgp',
    change: (b) => (b.host['iptables-legacy-save'] = b.host['iptables-nft-save'] ?? ''),
    code: 'CALICO_RULES_TWICE',
    says: /twice, in iptables \(.*\) and iptables \(/,
    evidence: [`${HOST}/iptables-legacy-save`, `${HOST}/iptables-nft-save`],
    remedy: /iptablesBackend/,
  },
  {
    fault: "FORWARD does not call Felix' chain",
    mode: 'bgp',
    change: (b) =>
      b.lines('iptables-nft-save', (line) => (line.startsWith('-A FORWARD') && line.endsWith('cali-FORWARD') ? undefined : line)),
    code: 'CALICO_RULES_NOT_CALLED',
    says: /FORWARD of table filter \(iptables-nft\) does not call cali-FORWARD/,
    evidence: [`${HOST}/iptables-nft-save`],
    remedy: RESTART,
  },
  {
    fault: 'what policies have let through is not accepted',
    mode: 'bgp',
    change: (b) => b.lines('iptables-nft-save', (line) => (line.includes('explicitly accepted') ? undefined : line)),
    code: 'CALICO_ACCEPT_MISSING',
    says: /policy of FORWARD \(iptables-nft\) is DROP/,
    evidence: [`${HOST}/iptables-nft-save`],
    remedy: RESTART,
  },
  {
    fault: 'nothing hides pods from the outside',
    mode: 'bgp',
    change: (b) => b.lines('iptables-nft-save', (line) => (line.startsWith('-A cali-nat-outgoing') ? undefined : line)),
    code: 'CALICO_NAT_OUTGOING_MISSING',
    says: /cali-nat-outgoing\), and pool default-ipv4-ippool wants it/,
    evidence: [`${HOST}/iptables-nft-save`, poolField('natOutgoing')],
    remedy: RESTART,
  },
  {
    fault: 'nothing hides pods from the outside (nftables)',
    mode: 'bgp',
    change: (b) => (
      b.native(),
      b.lines('nft', (text) => text.replace(/,\{"rule":\{"family":"ip","table":"calico","chain":"nat-cali-nat-outgoing".*?\}\]\}\}/, ''))
    ),
    code: 'CALICO_NAT_OUTGOING_MISSING',
    says: /nat-cali-nat-outgoing/,
    evidence: [`${HOST}/nft`, poolField('natOutgoing')],
    remedy: RESTART,
  },
  {
    fault: 'a node is not in the set of those that may send IPIP',
    mode: 'ipip',
    change: (b) => b.lines('ipset-save', (line) => (line === 'add cali40all-hosts-net 172.18.0.12' ? undefined : line)),
    code: 'CALICO_SET_INCOMPLETE',
    says: /cali40all-hosts-net lacks 172\.18\.0\.12\/32 \(node node2\): its IPIP packets are dropped/,
    evidence: [`${HOST}/ipset-save`, annotation('node2', 'IPv4Address')],
    remedy: /ipset add cali40all-hosts-net 172\.18\.0\.12\/32 on node1/,
  },
  {
    fault: 'a node is not in the set of those that may send VXLAN',
    change: (b) => b.lines('ipset-save', (line) => (line === 'add cali40all-vxlan-net 172.18.1.13' ? undefined : line)),
    code: 'CALICO_SET_INCOMPLETE',
    says: /cali40all-vxlan-net lacks 172\.18\.1\.13\/32 \(node node3\): its VXLAN packets are dropped/,
    evidence: [`${HOST}/ipset-save`, annotation('node3', 'IPv4Address')],
    remedy: RESTART,
  },
  {
    fault: 'a pool is not in the set of pools: pods lose their source on the way to it',
    mode: 'bgp',
    change: (b) => b.lines('ipset-save', (line) => (line === 'add cali40all-ipam-pools 192.168.0.0/16' ? undefined : line)),
    code: 'CALICO_SET_INCOMPLETE',
    says: /cali40all-ipam-pools lacks 192\.168\.0\.0\/16 \(pool default-ipv4-ippool\): what pods send there loses its source/,
    evidence: [`${HOST}/ipset-save`, poolField('cidr')],
    remedy: RESTART,
  },
  {
    fault: 'a pool is not in the set of those that are masqueraded',
    mode: 'bgp',
    change: (b) => b.lines('ipset-save', (line) => (line === 'add cali40masq-ipam-pools 192.168.0.0/16' ? undefined : line)),
    code: 'CALICO_SET_INCOMPLETE',
    says: /cali40masq-ipam-pools lacks 192\.168\.0\.0\/16/,
    evidence: [`${HOST}/ipset-save`, poolField('natOutgoing')],
    remedy: RESTART,
  },
  // A pod.
  {
    fault: 'the pod has an address of no pool',
    mode: 'bgp',
    change: (b) => (
      b.web.status.podIPs.push('10.99.0.5'),
      b.items('ip-route-4', (all) => [
        ...all,
        { type: 'unicast', dst: '10.99.0.5', dev: WEB, table: 'main', protocol: 'boot', scope: 'link', flags: [] },
      ])
    ),
    code: 'CALICO_POD_ADDRESS_OUTSIDE',
    says: /Pod default\/web has 10\.99\.0\.5, which is in no pool \(192\.168\.0\.0\/16\)/,
    evidence: [ips],
    remedy: /delete pod web/,
  },
  {
    fault: "IPAM has given the pod's address to another",
    mode: 'bgp',
    change: (b) =>
      b.spec('ipamblocks', (spec) => Object.assign((spec['attributes'] as { secondary: Item }[])[0]?.secondary ?? {}, { pod: 'db' })),
    code: 'CALICO_IPAM_CONFLICT',
    says: /has 192\.168\.1\.5, which Calico's IPAM has given to pod default\/db/,
    evidence: [ips, 'IPAMBlock/192-168-1-0-26 /spec/attributes/0/secondary'],
    remedy: /calicoctl ipam check/,
  },
  {
    fault: "the pod's device has another name than Calico looks for",
    mode: 'bgp',
    change: (b) => (b.device(WEB, (link) => (link['ifname'] = 'veth0815')), withoutChains(b)),
    code: 'CALICO_POD_DEVICE_MISSING',
    says: new RegExp(`no device ${WEB} for pod default/web, whose eth0 hangs on veth0815`),
    evidence: [LINK],
    remedy: /delete pod web/,
  },
  {
    fault: "the node's end of the pair is down",
    mode: 'bgp',
    change: (b) => b.down(WEB),
    code: 'CALICO_POD_DEVICE_DOWN',
    says: new RegExp(`${WEB} of pod default/web is down`),
    evidence: [LINK],
    remedy: new RegExp(`ip link set ${WEB} up on node1`),
  },
  {
    fault: 'the route to the pod is gone',
    mode: 'ipip',
    change: (b) => b.route('192.168.1.5', undefined),
    code: 'CALICO_POD_ROUTE_MISSING',
    says: /no route to 192\.168\.1\.5, pod default\/web/,
    evidence: [ips, LINK],
    remedy: new RegExp(`ip route replace 192\\.168\\.1\\.5 dev ${WEB} scope link on node1`),
  },
  {
    fault: 'the route to the pod leads to a wrong device',
    mode: 'ipip',
    change: (b) => b.route('192.168.1.5', { dev: 'tunl0' }),
    code: 'CALICO_POD_ROUTE_WRONG',
    says: new RegExp(`192\\.168\\.1\\.5, pod default/web, by tunl0; its device is ${WEB}`),
    evidence: [ROUTES, LINK],
    remedy: /ip route replace/,
  },
  {
    fault: 'the node does not answer for the gateway',
    mode: 'bgp',
    change: (b) => b.sysctl(`net/ipv4/conf/${WEB}/proxy_arp`, '0'),
    code: 'CALICO_PROXY_ARP_OFF',
    says: /proxy_arp is 0/,
    evidence: [LINK],
    remedy: new RegExp(`sysctl -w net\\.ipv4\\.conf\\.${WEB}\\.proxy_arp=1 on node1`),
  },
  {
    fault: 'the node does not forward what the pod sends',
    mode: 'bgp',
    change: (b) => b.sysctl(`net/ipv4/conf/${WEB}/forwarding`, '0'),
    code: 'CALICO_FORWARDING_OFF',
    says: new RegExp(`net\\.ipv4\\.conf\\.${WEB}\\.forwarding is 0`),
    evidence: [LINK],
    remedy: /sysctl -w/,
  },
  {
    fault: 'the node does not forward IPv6',
    mode: 'dual',
    change: (b) => b.sysctl('net/ipv6/conf/all/forwarding', '0'),
    code: 'CALICO_FORWARDING_OFF',
    says: /net\.ipv6\.conf\.all\.forwarding is 0/,
    evidence: [LINK],
    remedy: /sysctl -w net\.ipv6\.conf\.all\.forwarding=1/,
  },
  {
    fault: "the pod's routes are flushed",
    mode: 'bgp',
    change: (b) => b.items('ip-route-4', () => [], 'web'),
    code: 'CALICO_POD_GATEWAY',
    says: /default\/web has no default route/,
    evidence: ['nodes/node1/pods/default_web/ip-link'],
    remedy: /ip route replace default via 169\.254\.1\.1 dev eth0/,
  },
  {
    fault: "the pod's default route has another gateway",
    mode: 'bgp',
    change: (b) => b.route('default', { gateway: '192.168.1.1' }, 'web'),
    code: 'CALICO_POD_GATEWAY',
    says: /is via 192\.168\.1\.1 by eth0; Calico's is via 169\.254\.1\.1/,
    evidence: ['nodes/node1/pods/default_web/ip-route-4'],
    remedy: /delete pod web/,
  },
  {
    fault: 'Felix does not know the pod yet',
    mode: 'bgp',
    change: withoutChains,
    code: 'CALICO_POD_CHAINS_MISSING',
    says: new RegExp(`no chains for pod default/web \\(cali-tw-${WEB}\\)`),
    evidence: [LINK, `${HOST}/iptables-nft-save`],
    remedy: RESTART,
  },
  {
    fault: 'Felix does not know the pod yet (nftables)',
    mode: 'bgp',
    change: (b) => (b.native(), b.lines('nft', (text) => text.replaceAll(WEB, 'cali00000000000'))),
    code: 'CALICO_POD_CHAINS_MISSING',
    says: new RegExp(`filter-cali-tw-${WEB}`),
    evidence: [LINK, `${HOST}/nft`],
    remedy: RESTART,
  },
  ...(['bgp', 'ipip', 'vxlan', 'wireguard'] as const).map((mode): Case => {
    const [device, mtu] = {
      bgp: ['eth0', 1500],
      ipip: ['tunl0', 1480],
      vxlan: ['vxlan\\.calico', 1450],
      wireguard: ['wireguard\\.cali', 1440],
    }[mode];
    return {
      fault: `the pod's MTU is larger than its way allows (${mode})`,
      mode,
      change: (b) => b.device('eth0', (link) => (link['mtu'] = 9000), 'web'),
      code: 'CALICO_MTU',
      says: new RegExp(`Pod default/web has MTU 9000, and ${String(device)} of its node only ${String(mtu)}`),
      evidence: ['nodes/node1/pods/default_web/ip-link', LINK],
      remedy: /delete pod web/,
    };
  }),
  ...(
    [
      ['bgp', 'calico-pod-mtu'],
      ['ipip', 'calico-ipip-pod-mtu'],
    ] as const
  ).map(([mode, flag]): Case => ({
    fault: `the pod's MTU is not what --${flag} says`,
    mode,
    change: (b) => b.device('eth0', (link) => (link['mtu'] = 1400), 'web'),
    flags: { [flag]: 1480 },
    code: 'CALICO_MTU',
    level: 'INFO',
    says: new RegExp(`has MTU 1400, and --${flag} says 1480`),
    evidence: ['nodes/node1/pods/default_web/ip-link'],
    remedy: /^$/,
  })),
];

const OF_A_POD = /^CALICO_(?:POD_|IPAM_|PROXY_ARP_OFF|FORWARDING_OFF)/;

describe('each fault is named, on its object, with its evidence, and alone', () => {
  test.each(FAULTS.map((row) => [row.fault, row] as const))(
    '%s',
    (_fault, { mode, change, flags, code, level, says, evidence, remedy }) => {
      const built = new Built(mode);
      change(built);
      const found = built.told(flags);
      const isPods = OF_A_POD.test(code) || found[0]?.message.startsWith('Pod ') === true;
      const on = isPods ? { type: 'pod', id: 'default/web' } : { type: 'node', id: 'node1' };
      assertFault(found, { code, level, on, says, evidence, remedy });
    },
  );

  test('every code that has a page is in the table', () => {
    const pages = readdirSync(new URL('../../codes/', import.meta.url)).map((file) => file.replace(/\.md$/, ''));
    expect([...new Set(FAULTS.map(({ code }) => code))].sort()).toEqual(pages.sort());
  });
});

describe('Canal: pods and rules are checked as well', () => {
  test.each<[fault: string, change: (b: Built) => void, code: string]>([
    ['the device is down', (b) => b.down(WEB), 'CALICO_POD_DEVICE_DOWN'],
    ['the route to the pod is gone', (b) => b.route('192.168.1.5', undefined), 'CALICO_POD_ROUTE_MISSING'],
    ['Felix does not know the pod', withoutChains, 'CALICO_POD_CHAINS_MISSING'],
  ])('%s', (_fault, change, code) => {
    const built = canal();
    change(built);
    expect(built.told().map((one) => one.code)).toEqual([code]);
  });
});

describe('what was not read is not taken for broken', () => {
  const artifacts: readonly ArtifactName[] = [
    'ip-link',
    'ip-addr',
    'ip-route-4',
    'ip-route-6',
    'ip-rule-4',
    'ip-neigh',
    'bridge-fdb',
    'ss',
    'sysctl',
    'ipset-save',
    'wireguard',
    'iptables-nft-save',
    'iptables-legacy-save',
    'nft',
  ];
  test.each(MODES.flatMap((mode) => artifacts.map((artifact) => [mode, artifact] as const)))('%s: %s', (mode, artifact) => {
    const built = new Built(mode);
    delete built.host[artifact];
    expect(built.told()).toEqual([]);
  });

  test.each(MODES)('%s: nothing of the pod', (mode) => {
    const built = new Built(mode);
    for (const name of Object.keys(built.dump('web'))) delete built.dump('web')[name];
    expect(built.told()).toEqual([]);
  });

  test.each(MODES)('%s: nothing at all', (mode) => {
    const built = new Built(mode);
    for (const name of Object.keys(built.host)) delete built.host[name];
    built.forgetPod();
    expect(built.told()).toEqual([]);
  });

  test('no annotation was read', () => {
    const built = new Built('vxlan');
    for (const { metadata } of built.nodes) metadata.annotations = {};
    expect(built.told()).toEqual([]);
  });
});

describe('objects of any shape are no crash', () => {
  const shapes: readonly unknown[] = [undefined, null, 7, 'x', [], [null], {}, { cidr: 'x' }, { cidr: '192.168.0.0/16', allocations: 'x' }];
  test.each(['ippools', 'blockaffinities', 'ipamblocks', 'felixconfigurations', 'bgpconfigurations', 'hostendpoints', 'installations'])(
    '%s',
    (resource) => {
      for (const shape of shapes) {
        const built = new Built('ipip');
        built.add(resource, 'Any', 'default', shape as Item);
        expect(() => built.told()).not.toThrow();
      }
    },
  );
});
