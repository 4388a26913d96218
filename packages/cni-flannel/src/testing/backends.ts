import type { Item } from '@skoop/testkit';
import type { Recorded } from './recorded.ts';

const UP = ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'];

/** The same node with both IP versions, in nftables mode, as recorded there. */
export function withIpv6(r: Recorded): void {
  r.node('node1').spec.podCIDRs.push('fd00:244::/64');
  r.node('node2').spec.podCIDRs.push('fd00:244:0:1::/64');
  r.configure({ EnableIPv6: true, IPv6Network: 'fd00:244::/56' });
  r.useNftables();
  r.device('cni0', (link) => ((link['addr_info'] ??= []) as Item[]).push(address('fd00:244::1', 64)));
  r.items('ip-route-6', (routes) => [...routes, route('fd00:244::/64', 'cni0')]);
}

/** flannel by WireGuard, as its sources have it; `families` are those that there are. */
export function useWireguard(r: Recorded, mode: 'separate' | 'auto' | 'ipv4' | 'ipv6', families: readonly (4 | 6)[] = [4, 6]): void {
  if (families.includes(6)) withIpv6(r);
  r.configure({ Backend: { Type: 'wireguard', Mode: mode } });
  r.removeDevice('flannel.1');
  for (const node of ['node1', 'node2']) {
    r.annotate(node, 'backend-type', 'wireguard');
    for (const key of ['backend-data', 'backend-v6-data']) r.annotate(node, key, JSON.stringify({ PublicKey: `key-of-${node}=` }));
    r.annotate(node, 'public-ipv6', `fd00:30::${node}`.replace('node', '1'));
  }
  const devices =
    mode === 'separate'
      ? families.map((family) => ({ name: family === 4 ? 'flannel-wg' : 'flannel-wg-v6', families: [family] }))
      : [{ name: 'flannel-wg', families }];
  for (const device of devices) {
    r.items('ip-link', (links) => [...links, link(device.name)]);
    r.items('ip-addr', (links) => [...links, { ...link(device.name), addr_info: device.families.map((family) => OWN[family]) }]);
    if (device.families.includes(4)) r.items('ip-route-4', (routes) => [...routes, route('10.244.0.0/16', device.name)]);
    if (device.families.includes(6)) r.items('ip-route-6', (routes) => [...routes, route('fd00:244::/56', device.name)]);
  }
  const allowed = (all: readonly (4 | 6)[]): string =>
    all.map((family) => (family === 4 ? '10.244.1.0/24' : 'fd00:244:0:1::/64')).join(' ');
  r.dump()['wireguard'] = devices
    .flatMap((device) => [
      `public-key ${device.name}\tkey-of-node1=`,
      `listen-port ${device.name}\t51820`,
      `fwmark ${device.name}\toff`,
      `endpoints ${device.name}\tkey-of-node2=\t172.30.0.12:51820`,
      `allowed-ips ${device.name}\tkey-of-node2=\t${allowed(device.families)}`,
    ])
    .concat('')
    .join('\n');
  r.device('cni0', (bridge) => (bridge['mtu'] = 1420));
  r.device('eth0', (eth0) => (eth0['mtu'] = 1420), 'web');
  r.items('ip-link', (links) => links.filter(({ master }) => master === 'cni0').forEach((port) => (port['mtu'] = 1420)));
}

/** Without a tunnel, and without routes to other nodes' pods. */
export function useBackend(r: Recorded, type: 'alloc' | 'extension'): void {
  r.configure({ Backend: { Type: type } });
  r.removeDevice('flannel.1');
  for (const node of ['node1', 'node2']) {
    r.annotate(node, 'backend-type', type === 'alloc' ? '' : type);
    r.annotate(node, 'backend-data', 'null');
  }
}

/** k3s: flanneld is a part of it. */
export function useK3s(r: Recorded): void {
  r.configMaps.splice(0);
  r.workloads.splice(0);
  r.pods.splice(0, r.pods.length, ...r.pods.filter(({ metadata }) => metadata.labels['app'] !== 'flannel'));
  for (const { status, metadata } of r.nodes) {
    status.kubeletVersion = 'v1.34.4+k3s1';
    if (metadata.name === 'node1') metadata.labels['node-role.kubernetes.io/control-plane'] = 'true';
  }
}

function route(dst: string, dev: string): Item {
  return { type: 'unicast', dst, dev, table: 'main', protocol: 'boot', scope: 'link', flags: [] };
}

function address(local: string, prefixlen: number): Item {
  return { family: local.includes(':') ? 'inet6' : 'inet', local, prefixlen, scope: 'global' };
}

const OWN = { 4: address('10.244.0.0', 32), 6: address('fd00:244::', 128) };

function link(ifname: string): Item {
  return {
    ifindex: ifname.length + 80,
    ifname,
    flags: UP,
    mtu: 1420,
    operstate: 'UNKNOWN',
    link_type: 'none',
    linkinfo: { info_kind: 'wireguard' },
  };
}
