import type { EndpointSlice, Node, Pod, Service } from '@skoop/core';
import { type Dump, type Item, type RecordedParts, Recording } from './recording.ts';

/** A pod, on a port of its node's bridge. */
export interface PodSpec {
  readonly name: string;
  /** Default `default`. */
  readonly namespace?: string;
  /** IPv4, of its node's pod network. */
  readonly address: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** TCP ports that it listens on. */
  readonly listens?: readonly number[];
}

export interface NodeSpec {
  readonly name: string;
  /** Of its device `eth0`: `192.0.2.11/24`. */
  readonly address: string;
  /** `10.244.1.0/24`; its first address is the bridge's. */
  readonly podCidr: string;
  readonly providerID?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Default `cni0`. */
  readonly bridge?: string;
  readonly pods?: readonly PodSpec[];
  /** Beside those to the other nodes' pods, by their addresses: `198.51.100.0/24 via 192.0.2.1`. */
  readonly routes?: readonly string[];
  /** Without the routes to the other nodes' pods. */
  readonly alone?: boolean;
  /** An iptables-save. */
  readonly iptables?: string;
}

export interface ServiceSpec {
  readonly name: string;
  readonly namespace?: string;
  readonly clusterIP: string;
  readonly port: number;
  readonly targetPort: number;
  readonly selector: Readonly<Record<string, string>>;
}

export interface ClusterSpec {
  readonly nodes: readonly NodeSpec[];
  readonly services?: readonly ServiceSpec[];
}

/** A small healthy cluster in a few words: nodes on one wire, pods on a bridge each, routes by the nodes' addresses. IPv4. */
export function buildCluster({ nodes, services = [] }: ClusterSpec): Recording {
  const parts: RecordedParts = {
    nodes: nodes.map(nodeObject),
    pods: nodes.flatMap((node) => (node.pods ?? []).map((pod) => podObject(node, pod))),
    services: services.map(serviceObject),
    endpointSlices: services.map((service) => sliceObject(service, nodes)),
    dumps: Object.fromEntries(nodes.map((node) => [node.name, { host: hostDump(node, nodes), pods: podDumps(node) }])),
  };
  return new Recording(parts);
}

const metadata = (name: string, namespace = ''): Node['metadata'] => ({
  name,
  namespace,
  uid: `${namespace}/${name}`,
  labels: {},
  annotations: {},
  ownerReferences: [],
});
const READY = [{ type: 'Ready', status: 'True', reason: '', message: '' }];

function nodeObject({ name, address, podCidr, providerID = '', annotations = {} }: NodeSpec): Node {
  return {
    metadata: { ...metadata(name), annotations },
    spec: { providerID, podCIDRs: [podCidr], unschedulable: false },
    status: {
      addresses: [{ type: 'InternalIP', address: hostOf(address) }],
      conditions: READY,
      kubeletVersion: '',
      osImage: '',
      kernelVersion: '',
    },
  };
}

function podObject(node: NodeSpec, { name, namespace = 'default', address, labels = {}, listens = [] }: PodSpec): Pod {
  const ports = listens.map((containerPort) => ({ name: '', containerPort, hostPort: 0, hostIP: '', protocol: 'TCP' }));
  return {
    metadata: { ...metadata(name, namespace), labels },
    spec: { nodeName: node.name, hostNetwork: false, containers: [{ name: 'main', ports }] },
    status: { phase: 'Running', podIPs: [address], hostIP: hostOf(node.address), conditions: READY },
  };
}

function serviceObject({ name, namespace = 'default', clusterIP, port, targetPort, selector }: ServiceSpec): Service {
  return {
    metadata: metadata(name, namespace),
    spec: {
      type: 'ClusterIP',
      clusterIPs: [clusterIP],
      headless: false,
      externalName: '',
      externalIPs: [],
      ports: [{ name: '', protocol: 'TCP', port, targetPort, nodePort: 0 }],
      selector,
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
      loadBalancerSourceRanges: [],
      publishNotReadyAddresses: false,
    },
    status: { ingress: [] },
  };
}

function sliceObject({ name, namespace = 'default', targetPort, selector }: ServiceSpec, nodes: readonly NodeSpec[]): EndpointSlice {
  const selects = ({ labels = {} }: PodSpec): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value);
  return {
    metadata: { ...metadata(`${name}-1`, namespace), labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: nodes.flatMap((node) =>
      (node.pods ?? []).filter(selects).map((pod) => ({
        addresses: [pod.address],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: node.name,
        targetRef: { kind: 'Pod', namespace: pod.namespace ?? 'default', name: pod.name },
      })),
    ),
    ports: [{ name: '', protocol: 'TCP', port: targetPort }],
  };
}

const LO = 1;
const ETH0 = 2;
const BRIDGE = 3;
const FIRST_VETH = 10;

function hostDump(node: NodeSpec, all: readonly NodeSpec[]): Dump {
  const { address, podCidr, bridge = 'cni0', pods = [], routes = [], alone = false, iptables = '' } = node;
  const gateway = gatewayOf(node);
  const [, length = '24'] = podCidr.split('/');
  const links = [
    link(LO, 'lo'),
    link(ETH0, 'eth0'),
    link(BRIDGE, bridge, { linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0, vlan_filtering: 0, nf_call_iptables: 0 } } }),
    ...pods.map((_pod, at) => vethOf(node, at)),
  ];
  const addresses: Record<string, string> = { lo: '127.0.0.1/8', eth0: address, [bridge]: `${gateway}/${length}` };
  const peers = alone ? [] : all.filter((other) => other !== node).map((other) => `${other.podCidr} via ${hostOf(other.address)} dev eth0`);
  return {
    ...common(links, addresses),
    'ip-route-4': JSON.stringify([...connected(addresses), ...[...peers, ...routes].map(route)]),
    'bridge-link': JSON.stringify(pods.map((_pod, at) => ({ ...vethOf(node, at), state: 'forwarding', hairpin: true, isolated: false }))),
    'iptables-nft-save': iptables,
    sysctl: ['net/ipv4/ip_forward = 1', 'net/bridge/bridge-nf-call-iptables = 1', 'net/bridge/bridge-nf-call-ip6tables = 1'].join('\n'),
    ss: '',
  };
}

function vethOf({ bridge = 'cni0' }: NodeSpec, at: number): Item {
  const port = { info_slave_kind: 'bridge', info_slave_data: { state: 'forwarding', hairpin: true, isolated: false } };
  return link(FIRST_VETH + at, `veth${String(at)}`, {
    link_index: ETH0,
    link_netnsid: at,
    master: bridge,
    linkinfo: { info_kind: 'veth', ...port },
  });
}

function podDumps(node: NodeSpec): Record<string, Dump> {
  return Object.fromEntries(
    (node.pods ?? []).map(({ namespace = 'default', name, address, listens = [] }, at) => {
      const [, length = '24'] = node.podCidr.split('/');
      const eth0 = link(ETH0, 'eth0', {
        link_index: FIRST_VETH + at,
        link_netnsid: 0,
        address: macOf(node.name, at),
        linkinfo: { info_kind: 'veth' },
      });
      const addresses = { lo: '127.0.0.1/8', eth0: `${address}/${length}` };
      const dump: Dump = {
        ...common([link(LO, 'lo'), eth0], addresses),
        'ip-route-4': JSON.stringify([...connected(addresses), route(`default via ${gatewayOf(node)} dev eth0`)]),
        'bridge-link': '[]',
        'iptables-nft-save': '',
        sysctl: 'net/ipv4/ip_forward = 0',
        ss: listens.map((port) => `tcp LISTEN 0 128 0.0.0.0:${String(port)} 0.0.0.0:*`).join('\n'),
      };
      return [`${namespace}/${name}`, dump];
    }),
  );
}

/** Artifacts that are the same for every namespace. */
function common(links: readonly Item[], addresses: Readonly<Record<string, string>>): Dump {
  const withAddress = links.map((one) => {
    const address = addresses[String(one['ifname'])];
    return { ...one, addr_info: address === undefined ? [] : [addressItem(address, one['ifname'] === 'lo' ? 'host' : 'global')] };
  });
  return {
    'ip-link': JSON.stringify(links),
    'ip-addr': JSON.stringify(withAddress),
    'ip-route-6': '[]',
    'ip-rule-4': JSON.stringify([rule(0, 'local'), rule(32766, 'main'), rule(32767, 'default')]),
    'ip-rule-6': JSON.stringify([rule(0, 'local'), rule(32766, 'main')]),
    'ip-neigh': '[]',
    'bridge-fdb': '[]',
    nft: '{"nftables":[{"metainfo":{"json_schema_version":1}}]}',
    'ip6tables-nft-save': '',
    'iptables-legacy-save': '',
    'ip6tables-legacy-save': '',
    'ipset-save': '',
    'tc-filter': '',
    'ip-xfrm-policy': '',
    'ip-vs': '',
    conntrack: '',
  };
}

function link(ifindex: number, ifname: string, more: Item = {}): Item {
  const isLoopback = ifname === 'lo';
  return {
    ifindex,
    ifname,
    flags: isLoopback ? ['LOOPBACK', 'UP', 'LOWER_UP'] : ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: isLoopback ? 65536 : 1500,
    operstate: 'UP',
    group: 'default',
    link_type: isLoopback ? 'loopback' : 'ether',
    address: isLoopback ? '00:00:00:00:00:00' : `02:00:00:00:00:${byte(ifindex)}`,
    ...more,
  };
}

/** Of a pod's device: another one on every node. */
function macOf(node: string, at: number): string {
  const sum = [...node].reduce((all, char) => (all * 31 + char.charCodeAt(0)) % 65_536, 7);
  return `02:0a:${byte(sum >> 8)}:${byte(sum & 255)}:00:${byte(at)}`;
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function rule(priority: number, table: string): Item {
  return { priority, src: 'all', table, protocol: 'kernel' };
}

/** The routes that come with addresses. */
function connected(addresses: Readonly<Record<string, string>>): readonly Item[] {
  return Object.entries(addresses).flatMap(([dev, text]) => {
    const prefsrc = hostOf(text);
    const scoped = (type: string, dst: string, table: string, scope: string): Item => ({
      type,
      dst,
      dev,
      table,
      protocol: 'kernel',
      scope,
      prefsrc,
      flags: [],
    });
    const own = scoped('local', prefsrc, 'local', 'host');
    return dev === 'lo'
      ? [scoped('local', '127.0.0.0/8', 'local', 'host'), own]
      : [scoped('unicast', networkOf(text), 'main', 'link'), own];
  });
}

/** `10.1.0.0/16 via 192.0.2.1 dev eth0`, `blackhole 10.9.0.0/16`. */
function route(text: string): Item {
  const words = text.split(' ');
  const type = ['blackhole', 'unreachable', 'prohibit'].includes(words[0] ?? '') ? words.shift() : 'unicast';
  const after = (word: string): string | undefined => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const gateway = after('via');
  const dev = after('dev') ?? (gateway === undefined ? undefined : 'eth0');
  return {
    type,
    dst: words[0],
    ...(gateway !== undefined && { gateway }),
    ...(dev !== undefined && { dev }),
    table: after('table') ?? 'main',
    protocol: 'boot',
    scope: gateway === undefined ? 'link' : 'global',
    flags: [],
  };
}

function addressItem(text: string, scope: string): Item {
  const [local, length] = text.split('/');
  return { family: 'inet', local, prefixlen: Number(length), scope };
}

function hostOf(text: string): string {
  return text.split('/', 1)[0] ?? text;
}

function gatewayOf({ podCidr }: NodeSpec): string {
  return textOf(numberOf(hostOf(podCidr)) + 1);
}

function networkOf(text: string): string {
  const [address = '', length = '32'] = text.split('/');
  const size = 2 ** (32 - Number(length));
  return `${textOf(Math.floor(numberOf(address) / size) * size)}/${length}`;
}

function numberOf(address: string): number {
  return address.split('.').reduce((all, part) => all * 256 + Number(part), 0);
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => String(Math.floor(address / 2 ** shift) % 256)).join('.');
}
