import type { Dump, Item } from '@skoop/testkit';
import { type BuiltNode, type Mode, NODES, deviceOf, encapsulationOf, macOf } from './nodes.ts';
import { IPSETS, iptablesRules } from './rules.ts';

/** A device, with its addresses. */
interface BuiltLink {
  readonly link: Item;
  readonly addresses: readonly string[];
}

function link(ifindex: number, ifname: string, mtu: number, address: string, rest: Item, addresses: readonly string[]): BuiltLink {
  const flags = ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'];
  return { link: { ifindex, ifname, flags, mtu, operstate: 'UP', link_type: 'ether', address, ...rest }, addresses };
}

const LO = link(1, 'lo', 65536, '00:00:00:00:00:00', { flags: ['LOOPBACK', 'UP', 'LOWER_UP'], link_type: 'loopback' }, [
  '127.0.0.1/8',
  '::1/128',
]);

function kind(info_kind: string, info_data?: Item): Item {
  return { linkinfo: { info_kind, ...(info_data === undefined ? {} : { info_data }) } };
}

function route(dst: string, rest: Item): Item {
  return { type: 'unicast', dst, table: 'main', protocol: 'boot', scope: 'global', flags: [], ...rest };
}

/** What the collector prints on a node. */
export function hostDump(mode: Mode, own: BuiltNode): Dump {
  const links = hostLinks(mode, own);
  const rules = own.pod === undefined ? '' : iptablesRules(deviceOf(own.pod));
  const tunnels = ends(mode, own);
  return {
    ...EMPTY,
    ...interfaces(links, hostRoutes(mode, own), mode === 'dual' ? hostRoutes6(own) : []),
    'ip-rule-4': rule(
      mode === 'wireguard' ? [{ priority: 99, not: null, src: 'all', fwmark: '0x200000', fwmask: '0x200000', table: '1' }] : [],
    ),
    'ip-rule-6': rule([]),
    'ip-neigh': JSON.stringify(tunnels.map(({ gateway, dev, mac }) => ({ dst: gateway, dev, lladdr: mac, state: ['PERMANENT'] }))),
    'bridge-fdb': JSON.stringify(
      tunnels.map(({ dev, mac, remote }) => ({ mac, ifname: dev, dst: remote, flags: ['self'], state: 'permanent' })),
    ),
    ss: encapsulationOf(mode) === 'vxlan' ? '' : bgpSockets(own),
    sysctl: sysctls(own),
    wireguard: mode === 'wireguard' ? wireguard(own) : '',
    'iptables-nft-save': rules,
    'ip6tables-nft-save': mode === 'dual' ? rules.replaceAll('cali40', 'cali60') : '',
    'ipset-save': IPSETS,
  };
}

/** What the collector prints in a node's pod. */
export function podDump(mode: Mode, { ip, ip6 }: NonNullable<BuiltNode['pod']>): Dump {
  const addresses = [`${ip}/32`, ...(mode === 'dual' ? [`${ip6}/128`] : [])];
  const mac = `aa:00:00:00:00:0${ip.slice(-1)}`;
  const eth0 = link(3, 'eth0', podMtu(mode), mac, { link_index: 7, link_netnsid: 0, ...kind('veth') }, addresses);
  const gateway = '169.254.1.1';
  return {
    ...interfaces([LO, eth0], [route('default', { gateway, dev: 'eth0' }), route(gateway, { dev: 'eth0', scope: 'link' })], []),
    'ip-rule-4': rule([]),
    'ip-rule-6': rule([]),
    'ip-neigh': '[]',
    'bridge-fdb': '[]',
    ss: 'tcp LISTEN 0 8 0.0.0.0:80 0.0.0.0:* ino:1 sk:1 <->\n',
    sysctl: 'net/ipv4/ip_forward = 0\n',
    'iptables-nft-save': '',
    'ip6tables-nft-save': '',
    'ipset-save': '',
    ...EMPTY,
  };
}

const EMPTY: Dump = {
  'iptables-legacy-save': '',
  'ip6tables-legacy-save': '',
  nft: '{"nftables":[]}',
  'bridge-link': '[]',
  'tc-filter': '',
  'ip-vs': '',
  conntrack: '',
  wireguard: '',
  'ip-xfrm-policy': '',
};

function interfaces(links: readonly BuiltLink[], routes4: readonly Item[], routes6: readonly Item[]): Dump {
  const owned = links.flatMap(({ link: { ifname }, addresses }) =>
    addresses.map((one) =>
      route(one.split('/')[0] ?? '', { type: 'local', dev: ifname, table: 'local', protocol: 'kernel', scope: 'host' }),
    ),
  );
  const isV6 = ({ dst }: Item): boolean => String(dst).includes(':');
  return {
    'ip-link': JSON.stringify(links.map((one) => one.link)),
    'ip-addr': JSON.stringify(links.map((one) => ({ ...one.link, addr_info: one.addresses.map(addressOf) }))),
    'ip-route-4': JSON.stringify([...routes4, ...owned.filter((one) => !isV6(one))]),
    'ip-route-6': JSON.stringify([...routes6, ...owned.filter(isV6).map((one) => ({ ...one, metric: 0 }))]),
  };
}

function addressOf(text: string): Item {
  const [local, prefixlen] = text.split('/');
  const scope = text.startsWith('fe80') ? 'link' : text.startsWith('127.') || text.startsWith('::1/') ? 'host' : 'global';
  return { family: text.includes(':') ? 'inet6' : 'inet', local, prefixlen: Number(prefixlen), scope };
}

function hostLinks(mode: Mode, { name, ip, ip6, block, block6, pod }: BuiltNode): readonly BuiltLink[] {
  const encapsulation = encapsulationOf(mode);
  const dual = mode === 'dual';
  const vxlan = (key: string, local: string): Item => kind('vxlan', { id: 4096, [key]: local, link: 'eth0', port: 4789, learning: false });
  const uplink = link(2, 'eth0', 1500, `52:54:00:00:00:${ip.slice(-2)}`, {}, [`${ip}/24`, ...(dual ? [`${ip6}/64`] : [])]);
  const found = [LO, uplink];
  if (pod !== undefined)
    found.push(
      link(7, deviceOf(pod), podMtu(mode), 'ee:ee:ee:ee:ee:ee', { link_index: 3, link_netnsid: 0, ...kind('veth') }, [
        'fe80::ecee:eeff:feee:eeee/64',
      ]),
    );
  if (encapsulation === 'ipip')
    found.push(
      link(
        3,
        'tunl0',
        1480,
        '0.0.0.0',
        { flags: ['NOARP', 'UP', 'LOWER_UP'], link_type: 'ipip', ...kind('ipip', { remote: 'any', local: 'any' }) },
        [`${block}/32`],
      ),
    );
  if (encapsulation === 'vxlan') found.push(link(3, 'vxlan.calico', 1450, macOf(name), vxlan('local', ip), [`${block}/32`]));
  if (dual) found.push(link(4, 'vxlan-v6.calico', 1430, macOf(`${name}-v6`), vxlan('local6', ip6), [`${block6}/128`]));
  if (mode === 'wireguard')
    found.push(
      link(3, 'wireguard.cali', 1440, '', { flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'], link_type: 'none', ...kind('wireguard') }, [
        `${block}/32`,
      ]),
    );
  return found;
}

function hostRoutes(mode: Mode, own: BuiltNode): readonly Item[] {
  const encapsulation = encapsulationOf(mode);
  const protocol = encapsulation === 'vxlan' ? '80' : 'bird';
  const wire = own.ip.replace(/\.\d+$/, '');
  const to = ({ ip, block }: BuiltNode, dst: string): Item => {
    const near = ip.startsWith(`${wire}.`);
    if (encapsulation === 'none' || (mode === 'ipip-cross' && near))
      return route(dst, { gateway: near ? ip : `${wire}.1`, dev: 'eth0', protocol });
    if (mode === 'vxlan-cross' && near) return route(dst, { gateway: ip, dev: 'eth0', flags: ['onlink'], protocol });
    if (encapsulation === 'ipip') return route(dst, { gateway: ip, dev: 'tunl0', flags: ['onlink'], protocol });
    return route(dst, { gateway: block, dev: 'vxlan.calico', flags: ['onlink'], protocol });
  };
  const peers = NODES.filter((node) => node !== own);
  const borrower = peers.find(({ pod, block }) => pod !== undefined && pod.ip.replace(/\d+$/, '0') !== block.replace(/\d+$/, '0'));
  return [
    route('default', { gateway: `${wire}.1`, dev: 'eth0' }),
    route(`${wire}.0/24`, { dev: 'eth0', scope: 'link', prefsrc: own.ip, protocol: 'kernel' }),
    route(`${own.block}/26`, { type: 'blackhole', protocol }),
    ...(own.pod === undefined ? [] : [route(own.pod.ip, { dev: deviceOf(own.pod), scope: 'link' })]),
    ...peers.map((peer) => to(peer, `${peer.block}/26`)),
    ...(borrower?.pod === undefined ? [] : [to(borrower, borrower.pod.ip)]),
    ...(mode === 'wireguard'
      ? [`${own.block}/26`, ...(own.pod === undefined ? [] : [own.pod.ip])].map((dst) =>
          route(dst, { type: 'throw', table: '1', protocol: '80' }),
        )
      : []),
    ...(mode === 'wireguard'
      ? [...peers.map(({ block }) => `${block}/26`), ...(borrower?.pod === undefined ? [] : [borrower.pod.ip])].map((dst) =>
          route(dst, { dev: 'wireguard.cali', table: '1', scope: 'link', protocol: '80' }),
        )
      : []),
  ];
}

function hostRoutes6(own: BuiltNode): readonly Item[] {
  return [
    route(`${own.block6}/122`, { type: 'blackhole', metric: 1024, protocol: '80' }),
    ...(own.pod === undefined ? [] : [route(own.pod.ip6, { dev: deviceOf(own.pod), metric: 1024 })]),
    ...NODES.filter((node) => node !== own).map(({ block6 }) =>
      route(`${block6}/122`, { gateway: block6, dev: 'vxlan-v6.calico', flags: ['onlink'], metric: 1024, protocol: '80' }),
    ),
  ];
}

/** The other nodes' ends of the VXLAN. */
function ends(mode: Mode, own: BuiltNode): readonly { gateway: string; dev: string; mac: string; remote: string }[] {
  if (encapsulationOf(mode) !== 'vxlan') return [];
  return NODES.filter((node) => node !== own).flatMap(({ name, ip, ip6, block, block6 }) => [
    { gateway: block, dev: 'vxlan.calico', mac: macOf(name), remote: ip },
    ...(mode === 'dual' ? [{ gateway: block6, dev: 'vxlan-v6.calico', mac: macOf(`${name}-v6`), remote: ip6 }] : []),
  ]);
}

/** BIRD, and its sessions with all other nodes. */
function bgpSockets(own: BuiltNode): string {
  const sessions = NODES.filter((node) => node !== own).map(({ ip }) => `tcp ESTAB 0 0 ${own.ip}:179 ${ip}:41234 ino:2 sk:2 <->`);
  return ['tcp LISTEN 0 8 0.0.0.0:179 0.0.0.0:* ino:1 sk:1 <->', ...sessions, ''].join('\n');
}

/** As the collector asks: `wg show all WORD`, each line behind its word. */
function wireguard(own: BuiltNode): string {
  const peers = NODES.filter((node) => node !== own);
  // What is in use on a node is allowed from it, whoever has the block.
  const allowed = ({ name, block, pod }: BuiltNode): string =>
    [`${block}/26`, ...(name === 'node2' ? [`${pod?.ip ?? ''}/32`] : [])].join(' ');
  return [
    `public-key wireguard.cali\tkey-of-${own.name}=`,
    'listen-port wireguard.cali\t51820',
    'fwmark wireguard.cali\t0x200000',
    ...peers.map(({ name, ip }) => `endpoints wireguard.cali\tkey-of-${name}=\t${ip}:51820`),
    ...peers.map((node) => `allowed-ips wireguard.cali\tkey-of-${node.name}=\t${allowed(node)}`),
    '',
  ].join('\n');
}

function rule(more: readonly Item[]): string {
  const usual = [
    [0, 'local'],
    [32766, 'main'],
    [32767, 'default'],
  ] as const;
  const [first, ...rest] = usual.map(([priority, table]) => ({ priority, src: 'all', table }));
  return JSON.stringify([first, ...more, ...rest]);
}

function sysctls({ pod }: BuiltNode): string {
  const device = pod === undefined ? [] : [`net/ipv4/conf/${deviceOf(pod)}/proxy_arp = 1`, `net/ipv4/conf/${deviceOf(pod)}/forwarding = 1`];
  return ['net/ipv4/ip_forward = 1', 'net/ipv6/conf/all/forwarding = 1', ...device, ''].join('\n');
}

function podMtu(mode: Mode): number {
  if (mode.startsWith('ipip')) return 1480;
  if (mode === 'bgp') return 1500;
  return mode === 'wireguard' ? 1440 : mode === 'dual' ? 1430 : 1450;
}
