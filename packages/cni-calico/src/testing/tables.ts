import type { Dump, Item } from '@skoop/testkit';
import { BORROWED, type BuiltNode, type Mode, NODES, PEERS, WEB, encapsulationOf, macOf } from './nodes.ts';
import { IPSETS, iptablesRules } from './rules.ts';

function link(ifindex: number, ifname: string, mtu: number, address: string, rest: Item, addresses: readonly string[]): [Item, Item] {
  const base = {
    ifindex,
    ifname,
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu,
    operstate: 'UP',
    link_type: 'ether',
    address,
    ...rest,
  };
  const infos = addresses.map((one) => {
    const [local, prefixlen] = one.split('/');
    const v6 = one.includes(':');
    return { family: v6 ? 'inet6' : 'inet', local, prefixlen: Number(prefixlen), scope: one.startsWith('fe80') ? 'link' : 'global' };
  });
  return [base, { ...base, addr_info: infos }];
}

/** What the collector prints on node1. */
export function hostDump(mode: Mode): Dump {
  const encapsulates = encapsulationOf(mode);
  const [node1] = NODES;
  const dual = mode === 'dual';
  const vxlan = (id: string, local: string): Item => ({
    linkinfo: { info_kind: 'vxlan', info_data: { id: 4096, [id]: local, link: 'eth0', port: 4789, learning: false } },
  });
  const links = [
    link(1, 'lo', 65536, '00:00:00:00:00:00', { flags: ['LOOPBACK', 'UP', 'LOWER_UP'], link_type: 'loopback' }, ['127.0.0.1/8', '::1/128']),
    link(2, 'eth0', 1500, '52:54:00:00:00:11', {}, ['172.18.0.11/24', ...(dual ? ['fd00:18::11/64'] : [])]),
    link(7, WEB, podMtu(mode), 'ee:ee:ee:ee:ee:ee', { link_index: 3, link_netnsid: 0, linkinfo: { info_kind: 'veth' } }, [
      'fe80::ecee:eeff:feee:eeee/64',
    ]),
    ...(encapsulates === 'ipip'
      ? [
          link(
            3,
            'tunl0',
            1480,
            '0.0.0.0',
            { link_type: 'ipip', linkinfo: { info_kind: 'ipip', info_data: { remote: 'any', local: 'any' } } },
            [`${node1.block}/32`],
          ),
        ]
      : []),
    ...(encapsulates === 'vxlan' ? [link(3, 'vxlan.calico', 1450, macOf('node1'), vxlan('local', node1.ip), [`${node1.block}/32`])] : []),
    ...(dual ? [link(4, 'vxlan-v6.calico', 1430, macOf('node1-v6'), vxlan('local6', 'fd00:18::11'), [`${node1.block6}/128`])] : []),
    ...(mode === 'wireguard'
      ? [link(3, 'wireguard.cali', 1440, '', { link_type: 'none', linkinfo: { info_kind: 'wireguard' } }, [`${node1.block}/32`])]
      : []),
  ];
  const writer = encapsulates === 'vxlan' ? '80' : 'bird';
  const route = (dst: string, rest: Item): Item => ({
    type: 'unicast',
    dst,
    table: 'main',
    protocol: writer,
    scope: 'global',
    flags: [],
    ...rest,
  });
  const toBlock = ({ name, ip, block }: BuiltNode, dst: string): Item => {
    const near = name !== 'node3';
    if (encapsulates === 'none' || (mode === 'ipip-cross' && near)) return route(dst, { gateway: near ? ip : '172.18.0.1', dev: 'eth0' });
    if (mode === 'vxlan-cross' && near) return route(dst, { gateway: ip, dev: 'eth0', flags: ['onlink'] });
    if (encapsulates === 'ipip') return route(dst, { gateway: ip, dev: 'tunl0', flags: ['onlink'] });
    return route(dst, { gateway: block, dev: 'vxlan.calico', flags: ['onlink'] });
  };
  const toBlock6 = ({ block6 }: BuiltNode): Item =>
    route(`${block6}/122`, { gateway: block6, dev: 'vxlan-v6.calico', flags: ['onlink'], metric: 1024 });
  const ends = (family: 4 | 6) =>
    PEERS.map(({ name, ip, block, block6 }) =>
      family === 4
        ? { gateway: block, dev: 'vxlan.calico', mac: macOf(name), remote: ip }
        : { gateway: block6, dev: 'vxlan-v6.calico', mac: macOf(`${name}-v6`), remote: `fd00:18::${ip.slice(-2)}` },
    );
  const tunnels = encapsulates === 'vxlan' ? [...ends(4), ...(dual ? ends(6) : [])] : [];
  const encrypted =
    mode === 'wireguard' ? PEERS.map(({ block }) => route(`${block}/26`, { dev: 'wireguard.cali', table: '1', scope: 'link' })) : [];
  return {
    'ip-link': JSON.stringify(links.map(([one]) => one)),
    'ip-addr': JSON.stringify(links.map(([, one]) => one)),
    'ip-route-4': JSON.stringify([
      { ...route('default', { gateway: '172.18.0.1', dev: 'eth0' }), protocol: 'boot' },
      { ...route('172.18.0.0/24', { dev: 'eth0', scope: 'link', prefsrc: '172.18.0.11' }), protocol: 'kernel' },
      route(`${node1.block}/26`, { type: 'blackhole' }),
      route('192.168.1.5', { dev: WEB, scope: 'link', protocol: 'boot' }),
      ...PEERS.map((peer) => toBlock(peer, `${peer.block}/26`)),
      toBlock(NODES[1], BORROWED),
      ...encrypted,
    ]),
    'ip-route-6': JSON.stringify(
      dual
        ? [
            route(`${node1.block6}/122`, { type: 'blackhole', metric: 1024 }),
            route('fd00:10:0:1::5', { dev: WEB, metric: 1024, protocol: 'boot' }),
            ...PEERS.map(toBlock6),
          ]
        : [],
    ),
    'ip-rule-4': JSON.stringify([
      { priority: 0, src: 'all', table: 'local' },
      ...(mode === 'wireguard' ? [{ priority: 99, not: null, src: 'all', fwmark: '0x200000', fwmask: '0x200000', table: '1' }] : []),
      { priority: 32766, src: 'all', table: 'main' },
      { priority: 32767, src: 'all', table: 'default' },
    ]),
    'ip-rule-6': JSON.stringify([{ priority: 0, src: 'all', table: 'local' }]),
    'ip-neigh': JSON.stringify(tunnels.map(({ gateway, dev, mac }) => ({ dst: gateway, dev, lladdr: mac, state: ['PERMANENT'] }))),
    'bridge-fdb': JSON.stringify(
      tunnels.map(({ dev, mac, remote }) => ({ mac, ifname: dev, dst: remote, flags: ['self'], state: 'permanent' })),
    ),
    ss: encapsulates === 'vxlan' ? '' : 'tcp LISTEN 0 8 0.0.0.0:179 0.0.0.0:* ino:1 sk:1 <->\n',
    sysctl: [
      'net/ipv4/ip_forward = 1',
      'net/ipv6/conf/all/forwarding = 1',
      `net/ipv4/conf/${WEB}/proxy_arp = 1`,
      `net/ipv4/conf/${WEB}/forwarding = 1`,
      '',
    ].join('\n'),
    'iptables-nft-save': iptablesRules(WEB),
    'ip6tables-nft-save': dual ? iptablesRules(WEB).replaceAll('cali40', 'cali60') : '',
    'iptables-legacy-save': '',
    'ip6tables-legacy-save': '',
    nft: '{"nftables":[]}',
    'ipset-save': IPSETS,
  };
}

function podMtu(mode: Mode): number {
  if (mode.startsWith('ipip')) return 1480;
  if (mode === 'bgp') return 1500;
  return mode === 'wireguard' ? 1440 : mode === 'dual' ? 1430 : 1450;
}

/** And in the pod default/web there. */
export function podDump(mode: Mode): Dump {
  const addresses = ['192.168.1.5/32', ...(mode === 'dual' ? ['fd00:10:0:1::5/128'] : [])];
  const [lo, eth0] = [
    link(1, 'lo', 65536, '00:00:00:00:00:00', { flags: ['LOOPBACK', 'UP', 'LOWER_UP'], link_type: 'loopback' }, ['127.0.0.1/8']),
    link(3, 'eth0', podMtu(mode), 'aa:00:00:00:00:05', { link_index: 7, link_netnsid: 0, linkinfo: { info_kind: 'veth' } }, addresses),
  ];
  const route = (dst: string, rest: Item): Item => ({
    type: 'unicast',
    dst,
    dev: 'eth0',
    table: 'main',
    protocol: 'boot',
    flags: [],
    ...rest,
  });
  return {
    'ip-link': JSON.stringify([lo[0], eth0[0]]),
    'ip-addr': JSON.stringify([lo[1], eth0[1]]),
    'ip-route-4': JSON.stringify([route('default', { gateway: '169.254.1.1', scope: 'global' }), route('169.254.1.1', { scope: 'link' })]),
    'ip-route-6': '[]',
  };
}
