import { describe, expect, test } from '@jest/globals';
import { type Item, assertFault } from '@skoop/testkit';
import { useBackend, useK3s, useWireguard, withIpv6 } from '../testing/backends.ts';
import { Recorded } from '../testing/recorded.ts';

const HOST = 'nodes/node1/host';
const annotation = (node: string, key: string): string => `Node/${node} /metadata/annotations/flannel.alpha.coreos.com~1${key}`;
const cidrs = (node: string): string => `Node/${node} /spec/podCIDRs`;
const routeTo = (dst: string, way: Item): Item => ({
  type: 'unicast',
  dst,
  table: 'main',
  protocol: 'boot',
  scope: 'global',
  flags: [],
  ...way,
});

const addNode3 = (r: Recorded): void => {
  const { metadata, spec, status } = structuredClone(r.node('node2'));
  r.nodes.push({ metadata: { ...metadata, name: 'node3' }, spec: { ...spec, podCIDRs: ['10.244.2.0/24'] }, status });
  r.annotate('node3', 'public-ip', '172.30.0.13');
};

describe('a healthy node is silent', () => {
  test.each<[name: string, change: (r: Recorded) => void]>([
    ['WireGuard, IPv4 alone', (r) => useWireguard(r, 'separate', [4])],
    ['WireGuard, a device for each family', (r) => useWireguard(r, 'separate')],
    ['WireGuard, one device for both (auto)', (r) => useWireguard(r, 'auto')],
    ['WireGuard, one device, tunnel of IPv4', (r) => useWireguard(r, 'ipv4')],
    ['WireGuard, one device, tunnel of IPv6', (r) => useWireguard(r, 'ipv6')],
    ['alloc: the cloud routes', (r) => useBackend(r, 'alloc')],
    ['extension, whose command makes no routes', (r) => useBackend(r, 'extension')],
    [
      'extension, whose command makes them',
      (r) => (
        useBackend(r, 'extension'),
        r.items('ip-route-4', (all) => [...all, routeTo('10.244.1.0/24', { dev: 'tailscale0', table: '52' })])
      ),
    ],
    ['k3s', useK3s],
    ['k3s, by WireGuard', (r) => (useWireguard(r, 'separate', [4]), useK3s(r))],
  ])('%s', (_name, change) => {
    const recorded = new Recorded();
    change(recorded);
    expect(recorded.told()).toEqual([]);
  });
});

const WIREGUARD = /kubectl -n kube-flannel delete pod kube-flannel-ds-xh6bt/;
const peers = (r: Recorded, change: (line: string) => string | undefined): void => r.lines('wireguard', change);

describe('each fault is named, on its node, with its evidence, and alone', () => {
  test.each<[fault: string, change: (r: Recorded) => void, code: string, says: RegExp, evidence: readonly string[], remedy: RegExp]>([
    [
      'WireGuard: the device for IPv6 is not there',
      (r) => (useWireguard(r, 'separate'), r.removeDevice('flannel-wg-v6')),
      'FLANNEL_DEVICE_MISSING',
      /no device flannel-wg-v6/,
      [annotation('node1', 'backend-type')],
      WIREGUARD,
    ],
    [
      'WireGuard: the one device is not there, told once',
      (r) => (useWireguard(r, 'auto'), r.removeDevice('flannel-wg')),
      'FLANNEL_DEVICE_MISSING',
      /no device flannel-wg:/,
      [annotation('node1', 'backend-type')],
      WIREGUARD,
    ],
    [
      'WireGuard: the one device lacks its address of IPv6',
      (r) => (
        useWireguard(r, 'ipv4'),
        r.device('flannel-wg', (link) => (link['addr_info'] = (link['addr_info'] as Item[] | undefined)?.slice(0, 1) ?? []))
      ),
      'FLANNEL_VTEP_WRONG',
      /lacks its address fd00:244::/,
      [`${HOST}/ip-link`],
      /ip addr add fd00:244::\/128 dev flannel-wg/,
    ],
    [
      'WireGuard: the route for IPv6 is gone',
      (r) => (useWireguard(r, 'separate'), r.items('ip-route-6', (all) => all.filter(({ dev }) => dev !== 'flannel-wg-v6'))),
      'FLANNEL_ROUTE_MISSING',
      /no route to fd00:244::\/56, the pods of other nodes/,
      [],
      /ip -6 route replace fd00:244::\/56 dev flannel-wg-v6 metric 1024/,
    ],
    [
      'WireGuard: the device has another key than was told',
      (r) => (useWireguard(r, 'separate', [4]), peers(r, (line) => line.replace('key-of-node1=', 'other='))),
      'FLANNEL_WIREGUARD_KEY',
      /flannel-wg on node1 has the key other=, and the other nodes were told key-of-node1=/,
      [`${HOST}/ip-link`, annotation('node1', 'backend-data')],
      WIREGUARD,
    ],
    [
      'WireGuard: a node is no peer',
      (r) => (useWireguard(r, 'separate', [4]), peers(r, (line) => (line.includes('node2') ? undefined : line))),
      'FLANNEL_WIREGUARD_PEER_MISSING',
      /no peer with the key of node2/,
      [`${HOST}/ip-link`, annotation('node2', 'backend-data')],
      WIREGUARD,
    ],
    [
      'WireGuard: of a node’s pods only those of IPv4 are known',
      (r) => (useWireguard(r, 'auto'), peers(r, (line) => line.replace(' fd00:244:0:1::/64', ''))),
      'FLANNEL_WIREGUARD_ALLOWED',
      /does not take fd00:244:0:1::\/64 for an address of node2/,
      [`${HOST}/wireguard`, cidrs('node2')],
      WIREGUARD,
    ],
    [
      'both families: nothing hides what pods send outside by IPv6',
      (r) => (useWireguard(r, 'auto'), r.nft((items) => items.filter((item) => !JSON.stringify(item).includes('ff00::')))),
      'FLANNEL_MASQ_MISSING',
      /\(IPv6\) are not complete: what its pods send outside keeps their address\./,
      [`${HOST}/nft`],
      WIREGUARD,
    ],
    [
      'alloc: a tunnel of a former day shadows the cloud’s way',
      (r) => (
        useBackend(r, 'alloc'),
        r.items('ip-route-4', (all) => [...all, routeTo('10.244.1.0/24', { gateway: '10.244.1.0', dev: 'flannel.1' })])
      ),
      'FLANNEL_ROUTE_WRONG',
      /via 10\.244\.1\.0 by flannel\.1: a tunnel of another backend's\. With alloc the cloud routes it/,
      [`${HOST}/ip-route-4`, cidrs('node2')],
      /ip route del 10\.244\.1\.0\/24 on node1/,
    ],
    [
      'alloc: pods have larger packets than the node’s device',
      (r) => (useBackend(r, 'alloc'), r.device('cni0', (link) => (link['mtu'] = 9000))),
      'FLANNEL_MTU',
      /cni0 on node1 has MTU 9000, and eth0 only 1500/,
      [`${HOST}/ip-link`, `${HOST}/ip-link`],
      /subnet\.env/,
    ],
    [
      'extension: the command made a route to one node only',
      (r) => (
        useBackend(r, 'extension'),
        addNode3(r),
        r.items('ip-route-4', (all) => [...all, routeTo('10.244.2.0/24', { gateway: '172.30.0.13', dev: 'eth0' })])
      ),
      'FLANNEL_ROUTE_MISSING',
      /no route to 10\.244\.1\.0\/24, the pods of node2, .* \(SubnetAddCommand\)/,
      [cidrs('node2')],
      /log of flanneld on node1/,
    ],
    [
      'k3s: no masquerade',
      (r) => (useK3s(r), r.nat((lines) => lines.filter((line) => !line.includes('flanneld masq')))),
      'FLANNEL_MASQ_MISSING',
      /there are none/,
      [cidrs('node1')],
      /systemctl restart k3s on node1/,
    ],
    [
      'k3s: the node is not registered',
      (r) => (
        useK3s(r),
        ['backend-data', 'backend-type', 'kube-subnet-manager', 'public-ip'].forEach((key) => r.annotate('node1', key, undefined))
      ),
      'FLANNEL_NODE_UNREGISTERED',
      /has not registered node node1/,
      [annotation('node1', 'kube-subnet-manager')],
      /journalctl -u 'k3s\*' on node1; then systemctl restart k3s on node1/,
    ],
    [
      'k3s: the node has a pod network of its own',
      (r) => (
        useK3s(r),
        (r.node('node1').spec.podCIDRs = ['10.77.0.0/24']),
        r.pods.splice(0),
        r.device('flannel.1', (link) => (link['addr_info'] = [{ family: 'inet', local: '10.77.0.0', prefixlen: 32, scope: 'global' }]))
      ),
      'FLANNEL_PODCIDR_OUTSIDE',
      /outside of flannel's network 10\.244\.0\.0\/16/,
      [cidrs('node1')],
      /--cluster-cidr/,
    ],
  ])('%s', (_fault, change, code, says, evidence, remedy) => {
    const recorded = new Recorded();
    change(recorded);
    assertFault(recorded.told(), { code, on: { type: 'node', id: 'node1' }, says, evidence, remedy });
  });
});

describe('k3s: flannel’s configuration, from what it wrote on most nodes', () => {
  const without = (line: string): string | undefined => (line.includes('flanneld masq') ? undefined : line);

  test.each<[name: string, change: (r: Recorded) => void, expected: object]>([
    [
      'the network that is masqueraded',
      () => undefined,
      { mode: 'vxlan', podCidrs: ['10.244.0.0/16'], details: { hairpin: true, masquerades: [4] } },
    ],
    ['where one node has no such rule, the others tell', (r) => r.lines('iptables-nft-save', without), { podCidrs: ['10.244.0.0/16'] }],
    [
      'no node was read: its own standard, where the nodes’ pod networks are of it',
      (r) => {
        for (const name of Object.keys(r.dumps)) delete r.dumps[name];
        for (const [i, { spec }] of r.nodes.entries()) spec.podCIDRs = [`10.42.${String(i)}.0/24`];
      },
      { podCidrs: ['10.42.0.0/16'], details: { masquerades: [4] } },
    ],
    [
      'no node was read: else nothing is known of it',
      (r) => Object.keys(r.dumps).forEach((name) => delete r.dumps[name]),
      { podCidrs: ['10.244.0.0/24', '10.244.1.0/24'], details: { networks: [], masquerades: [] } },
    ],
  ])('%s', (_name, change, expected) => {
    const recorded = new Recorded();
    useK3s(recorded);
    change(recorded);
    expect(recorded.config()).toMatchObject(expected);
  });
});

test('both families by VXLAN lack only what the recording of one has not', () => {
  const recorded = new Recorded();
  withIpv6(recorded);
  expect(recorded.told().map(({ code }) => code)).toEqual(['FLANNEL_DEVICE_MISSING']);
});
