import type {
  Cluster,
  CniConfig,
  ConfigMap,
  CustomObject,
  FlagValues,
  Node,
  NodeState,
  ObjectMeta,
  Pod,
  Suspicion,
  Workload,
} from '@skoop/core';
import { type Artifact, type ArtifactName, makeHost, parseNamespace } from '@skoop/netstack';
import { createHash } from 'node:crypto';
import { checkNode } from '../checks/node.ts';
import { checkPod } from '../checks/pod.ts';
import { calicoBinder } from '../schema.ts';
import { configure } from '../settings.ts';
import { IPSETS, iptablesRules, nativeRules } from './rules.ts';

export type Mode = 'bgp' | 'ipip' | 'ipip-cross' | 'vxlan' | 'vxlan-cross' | 'wireguard' | 'dual';
export type Item = Record<string, unknown>;
type Dump = Record<string, string>;
type Mutable<T> = T extends (...args: never[]) => unknown ? T : { -readonly [K in keyof T]: Mutable<T[K]> };

/** The device of the pod default/web on node1. */
export const WEB = `cali${createHash('sha1').update('default.web').digest('hex').slice(0, 11)}`;

const NODES = [
  // node1 and node2 are on one wire, node3 is on another.
  { name: 'node1', ip: '172.18.0.11', block: '192.168.1.0', block6: 'fd00:10:0:1::' },
  { name: 'node2', ip: '172.18.0.12', block: '192.168.2.64', block6: 'fd00:10:0:2::' },
  { name: 'node3', ip: '172.18.1.13', block: '192.168.3.128', block6: 'fd00:10:0:3::' },
] as const;
const PEERS = NODES.slice(1);
/** An address of node1's block, in use on node2. */
const BORROWED = '192.168.1.9';

/**
 * Three nodes and their objects as Calico's own sources say that they are (3.29 to 3.32), in one of its modes, with the dump of node1 and of
 * a pod there; to be broken in one place by a test. Built, not recorded.
 */
export class Built {
  readonly mode: Mode;
  readonly nodes: Mutable<Node>[];
  readonly pods: Mutable<Pod>[];
  readonly configMaps: Mutable<ConfigMap>[];
  readonly workloads: Mutable<Workload>[];
  readonly custom: Map<string, Mutable<CustomObject>[]>;
  readonly host: Dump;
  inside: Dump | undefined;

  constructor(mode: Mode = 'vxlan') {
    this.mode = mode;
    const encapsulates = mode.startsWith('vxlan') || mode === 'dual' ? 'vxlan' : mode.startsWith('ipip') ? 'ipip' : 'none';
    this.nodes = NODES.map((node) => nodeObject(node, mode));
    const web = pod('default', 'web', 'node1', ['192.168.1.5', ...(mode === 'dual' ? ['fd00:10:0:1::5'] : [])]);
    const agents = NODES.map(({ name, ip }) => pod('kube-system', `calico-node-${name}`, name, [ip], { 'k8s-app': 'calico-node' }, true));
    this.pods = [web, ...agents];
    this.configMaps = [
      {
        metadata: meta('kube-system', 'calico-config'),
        data: { calico_backend: encapsulates === 'vxlan' ? 'vxlan' : 'bird', veth_mtu: '0' },
      },
    ];
    this.workloads = [{ kind: 'DaemonSet', metadata: meta('kube-system', 'calico-node'), matchLabels: { 'k8s-app': 'calico-node' } }];
    this.custom = customObjects(mode, encapsulates);
    this.host = hostDump(mode, encapsulates);
    this.inside = podDump(mode);
  }

  node(name: string): Mutable<Node> {
    return found(this.nodes.find(({ metadata }) => metadata.name === name));
  }

  get web(): Mutable<Pod> {
    return found(this.pods[0]);
  }

  annotate(node: string, key: string, value: string | undefined): void {
    const { annotations } = this.node(node).metadata;
    if (value === undefined) delete annotations[`projectcalico.org/${key}`];
    else annotations[`projectcalico.org/${key}`] = value;
  }

  objects(resource: string): Mutable<CustomObject>[] {
    return found(this.custom.get(`${resource}.crd.projectcalico.org`));
  }

  /** Changes the specs of a resource's objects, of one name or of all. */
  spec(resource: string, change: (spec: Item) => void, name?: string): void {
    for (const { metadata, fields } of this.objects(resource))
      if (name === undefined || metadata.name === name) change(fields['spec'] as Item);
  }

  add(resource: string, kind: string, name: string, spec: Item): void {
    const key = `${resource}.crd.projectcalico.org`;
    this.custom.set(key, [...(this.custom.get(key) ?? []), customObject(kind, name, spec)]);
  }

  /** The newer group has all of them. */
  rename(group: string): void {
    for (const [name, objects] of [...this.custom]) {
      this.custom.delete(name);
      for (const object of objects) object.group = group;
      this.custom.set(name.replace('crd.projectcalico.org', group), objects);
    }
  }

  /** Changes an artifact of JSON items, in place or by returning others: of node1, or of the pod there. */
  items(artifact: ArtifactName, change: (items: Item[]) => Item[] | void, pod = false): void {
    const dump = pod ? found(this.inside) : this.host;
    const items = JSON.parse(dump[artifact] ?? '[]') as Item[];
    dump[artifact] = JSON.stringify(change(items) ?? items);
  }

  /** Changes an artifact of lines, of node1. */
  lines(artifact: ArtifactName, change: (line: string) => string | undefined): void {
    this.host[artifact] = (this.host[artifact] ?? '')
      .split('\n')
      .flatMap((line) => change(line) ?? [])
      .join('\n');
  }

  route(dst: string, change: Item | undefined, pod = false): void {
    this.items(
      'ip-route-4',
      (routes) => routes.flatMap((one) => (one['dst'] !== dst ? [one] : change === undefined ? [] : [{ ...one, ...change }])),
      pod,
    );
  }

  device(name: string, change: (link: Item) => void, pod = false): void {
    for (const artifact of ['ip-link', 'ip-addr'] as const)
      this.items(artifact, (items) => items.filter(({ ifname }) => ifname === name).forEach(change), pod);
  }

  /** As the kernel does it: without the device there are neither its routes, nor its neighbours, nor its forwarding entries. */
  removeDevice(name: string): void {
    for (const artifact of ['ip-link', 'ip-addr', 'bridge-fdb'] as const)
      this.items(artifact, (items) => items.filter(({ ifname }) => ifname !== name));
    this.withoutRoutes(name);
    this.items('ip-neigh', (items) => items.filter(({ dev }) => dev !== name));
  }

  /** A device that is down has no routes. */
  down(name: string): void {
    this.device(name, (link) => (link['flags'] = ['BROADCAST', 'MULTICAST']));
    this.withoutRoutes(name);
  }

  withoutRoutes(device: string): void {
    for (const artifact of ['ip-route-4', 'ip-route-6'] as const)
      this.items(artifact, (items) => items.filter(({ dev }) => dev !== device));
  }

  sysctl(path: string, value: string): void {
    this.lines('sysctl', (line) => (line.startsWith(`${path} =`) ? `${path} = ${value}` : line));
  }

  /** From Felix in iptables to Felix in nftables. */
  native(): void {
    this.host['iptables-nft-save'] = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
    this.host['nft'] = nativeRules(WEB);
    this.host['ipset-save'] = '';
    this.spec('felixconfigurations', (spec) => (spec['nftablesMode'] = 'Enabled'));
  }

  cluster(): Cluster {
    const { nodes, pods, configMaps, workloads, custom } = this;
    const empty = { version: 'v1.34.4', services: [], endpointSlices: [], namespaces: [], policies: [], missing: [] };
    return { ...empty, nodes, pods, configMaps, workloads, custom, hosts: new Map([['node1', this.state()]]) };
  }

  config(flags: FlagValues = {}): CniConfig {
    const parsed = calicoBinder.parse(flags);
    if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join('; '));
    return configure(this.cluster(), parsed.value);
  }

  /** What the checks of node1 and of its pods say. */
  check(flags: FlagValues = {}): readonly Suspicion[] {
    const cluster = this.cluster();
    const config = this.config(flags);
    const state = cluster.hosts.get('node1');
    if (state?.kind !== 'dumped') throw new Error('node1 has no dump');
    return [
      ...checkNode(cluster, config, this.node('node1'), state.host),
      ...this.pods.filter(({ spec }) => spec.nodeName === 'node1').flatMap((one) => checkPod(cluster, config, one, state.host)),
    ];
  }

  private state(): NodeState {
    const parse = (folder: string, outputs: Dump): ReturnType<typeof parseNamespace> =>
      parseNamespace({ id: `nodes/node1/${folder}`, artifacts: artifactsOf(outputs) });
    const inside = this.inside === undefined ? [] : [parse('pods/default_web', this.inside)];
    const host = makeHost('node1', [parse('host', this.host), ...inside], 'nodes/node1/host');
    return { kind: 'dumped', host, pods: new Map(inside.map(({ id }) => ['default/web', id])), truncated: false };
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('what is built lacks it');
  return value;
}

const EMPTY: Dump = { 'ip-neigh-proxy': '[]', 'bridge-vlan': '[]', 'bridge-link': '[]', 'ip-nexthop': '[]', 'tc-filter': '' };

function artifactsOf(outputs: Dump): ReadonlyMap<ArtifactName, Artifact> {
  const whole = { status: 0, error: '', truncated: false };
  return new Map(Object.entries({ ...EMPTY, ...outputs }).map(([name, text]) => [name as ArtifactName, { ...whole, text }]));
}

// Objects.

function meta(namespace: string, name: string, labels: Record<string, string> = {}): Mutable<ObjectMeta> {
  return { name, namespace, uid: `uid-${name}`, labels, annotations: {}, ownerReferences: [] };
}

function nodeObject({ name, ip, block, block6 }: (typeof NODES)[number], mode: Mode): Mutable<Node> {
  const tunnel: Record<string, string> =
    mode === 'vxlan' || mode === 'vxlan-cross' || mode === 'dual'
      ? { IPv4VXLANTunnelAddr: block, VXLANTunnelMACAddr: macOf(name) }
      : mode.startsWith('ipip')
        ? { IPv4IPIPTunnelAddr: block }
        : mode === 'wireguard'
          ? { WireguardPublicKey: `key-of-${name}=`, IPv4WireguardInterfaceAddr: block }
          : {};
  const v6 =
    mode === 'dual'
      ? { IPv6Address: `fd00:18::${ip.slice(-2)}/64`, IPv6VXLANTunnelAddr: block6, VXLANTunnelMACAddrV6: macOf(`${name}-v6`) }
      : {};
  const annotations = Object.entries({ IPv4Address: `${ip}/24`, ...tunnel, ...v6 }).map(([key, value]) => [
    `projectcalico.org/${key}`,
    value,
  ]);
  return {
    metadata: { ...meta('', name), annotations: Object.fromEntries(annotations) as Record<string, string> },
    spec: { providerID: '', podCIDRs: [], unschedulable: false },
    status: { addresses: [{ type: 'InternalIP', address: ip }], conditions: [], kubeletVersion: '', osImage: '', kernelVersion: '' },
  };
}

/** As Felix derives it. */
function macOf(name: string): string {
  return `66:${createHash('sha1')
    .update(name)
    .digest('hex')
    .slice(0, 10)
    .replaceAll(/(..)(?=.)/g, '$1:')}`;
}

function pod(
  namespace: string,
  name: string,
  nodeName: string,
  podIPs: string[],
  labels: Record<string, string> = {},
  hostNetwork = false,
): Mutable<Pod> {
  return {
    metadata: meta(namespace, name, labels),
    spec: { nodeName, hostNetwork, containers: [] },
    status: { phase: 'Running', podIPs, hostIP: '', conditions: [] },
  };
}

function customObject(kind: string, name: string, spec: Item): Mutable<CustomObject> {
  return { kind, group: 'crd.projectcalico.org', metadata: meta('', name), fields: { spec } };
}

function customObjects(mode: Mode, encapsulates: 'vxlan' | 'ipip' | 'none'): Map<string, Mutable<CustomObject>[]> {
  const said = mode.endsWith('-cross') ? 'CrossSubnet' : 'Always';
  const pool = (name: string, cidr: string, natOutgoing: boolean): Mutable<CustomObject> =>
    customObject('IPPool', name, {
      cidr,
      ipipMode: encapsulates === 'ipip' ? said : 'Never',
      vxlanMode: encapsulates === 'vxlan' ? said : 'Never',
      natOutgoing,
      nodeSelector: 'all()',
      allowedUses: ['Workload', 'Tunnel'],
    });
  const blocks = NODES.flatMap(({ name, block, block6 }) => [
    { node: name, cidr: `${block}/26` },
    ...(mode === 'dual' ? [{ node: name, cidr: `${block6}/122` }] : []),
  ]);
  // Of node1's: 5 is web's, 9 was borrowed by node2.
  const allocations = Array.from({ length: 64 }, (_, index) => (index === 5 ? 0 : index === 9 ? 1 : null));
  const attributes = [
    { secondary: { namespace: 'default', pod: 'web', node: 'node1' } },
    { secondary: { namespace: 'default', pod: 'guest', node: 'node2' } },
  ];
  const lists: [string, Mutable<CustomObject>[]][] = [
    [
      'ippools',
      [
        pool('default-ipv4-ippool', '192.168.0.0/16', true),
        ...(mode === 'dual' ? [pool('default-ipv6-ippool', 'fd00:10::/48', false)] : []),
      ],
    ],
    [
      'blockaffinities',
      blocks.map(({ node, cidr }) =>
        customObject('BlockAffinity', `${node}-${cidr.replace(/[./:]+/g, '-')}`, { cidr, node, state: 'confirmed', deleted: 'false' }),
      ),
    ],
    [
      'ipamblocks',
      blocks.map(({ node, cidr }) => {
        const given = cidr === '192.168.1.0/26' ? { allocations, attributes } : { allocations: [null, null], attributes: [] };
        return customObject('IPAMBlock', cidr.replace(/[./:]+/g, '-'), { cidr, affinity: `host:${node}`, deleted: false, ...given });
      }),
    ],
    ['felixconfigurations', [customObject('FelixConfiguration', 'default', { wireguardEnabled: mode === 'wireguard' })]],
    ['bgpconfigurations', []],
    ['hostendpoints', []],
  ];
  return new Map(lists.map(([resource, objects]) => [`${resource}.crd.projectcalico.org`, objects]));
}

// The tables of node1.

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

function hostDump(mode: Mode, encapsulates: 'vxlan' | 'ipip' | 'none'): Dump {
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
  const toBlock = ({ name, ip, block }: (typeof NODES)[number], dst: string): Item => {
    const near = name !== 'node3';
    if (encapsulates === 'none' || (mode === 'ipip-cross' && near)) return route(dst, { gateway: near ? ip : '172.18.0.1', dev: 'eth0' });
    if (mode === 'vxlan-cross' && near) return route(dst, { gateway: ip, dev: 'eth0', flags: ['onlink'] });
    if (encapsulates === 'ipip') return route(dst, { gateway: ip, dev: 'tunl0', flags: ['onlink'] });
    return route(dst, { gateway: block, dev: 'vxlan.calico', flags: ['onlink'] });
  };
  const toBlock6 = ({ block6 }: (typeof NODES)[number]): Item =>
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

function podDump(mode: Mode): Dump {
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
