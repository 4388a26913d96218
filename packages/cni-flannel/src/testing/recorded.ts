import type { Cluster, CniConfig, ConfigMap, FlagValues, Node, NodeState, Pod, Suspicion, Workload } from '@skoop/core';
import { type Artifact, type ArtifactName, makeHost, parseNamespace } from '@skoop/netstack';
import { readFileSync } from 'node:fs';
import { checkNode } from '../checks/node.ts';
import { checkPod } from '../checks/pod.ts';
import { flannelBinder } from '../schema.ts';
import { configure } from '../settings.ts';

/** Outputs of the collector, by artifact. */
type Dump = Record<string, string>;
type Item = Record<string, unknown>;
type Mutable<T> = T extends (...args: never[]) => unknown ? T : { -readonly [K in keyof T]: Mutable<T[K]> };

/** Two nodes and their objects, recorded on a healthy cluster (flannel 0.28, VXLAN); to be broken in one place by a test. */
export class Recorded {
  readonly nodes: Mutable<Node>[];
  readonly pods: Mutable<Pod>[];
  readonly configMaps: Mutable<ConfigMap>[];
  readonly workloads: Mutable<Workload>[];
  readonly dumps: Record<string, { host: Dump; pods: Record<string, Dump> }>;

  constructor() {
    const objects = read('objects') as Pick<Recorded, 'nodes' | 'pods' | 'configMaps' | 'workloads'>;
    ({ nodes: this.nodes, pods: this.pods, configMaps: this.configMaps, workloads: this.workloads } = objects);
    this.dumps = { node1: read('node1'), node2: read('node2') } as Recorded['dumps'];
  }

  node(name: string): Mutable<Node> {
    return found(this.nodes.find(({ metadata }) => metadata.name === name));
  }

  /** The one whose namespace is in the dump of node1. */
  get web(): Mutable<Pod> {
    return found(this.pods.find(({ metadata }) => metadata.name === 'web-7f6598ddc7-87dwj'));
  }

  annotate(node: string, key: string, value: string | undefined): void {
    const { annotations } = this.node(node).metadata;
    if (value === undefined) delete annotations[`flannel.alpha.coreos.com/${key}`];
    else annotations[`flannel.alpha.coreos.com/${key}`] = value;
  }

  /** Replaces a part of flannel's configuration. */
  configure(net: Item, cni?: unknown): void {
    const { data } = found(this.configMaps[0]);
    data['net-conf.json'] = JSON.stringify({ ...(JSON.parse(data['net-conf.json'] ?? '{}') as Item), ...net });
    if (cni !== undefined) data['cni-conf.json'] = JSON.stringify(cni);
  }

  /** Changes an artifact of JSON items, in place or by returning others: of node1, or of the pod there. */
  items(artifact: ArtifactName, change: (items: Item[]) => Item[] | void, pod = false): void {
    const dump = pod ? found(Object.values(found(this.dumps['node1']).pods)[0]) : found(this.dumps['node1']).host;
    const items = JSON.parse(dump[artifact] ?? '[]') as Item[];
    dump[artifact] = JSON.stringify(change(items) ?? items);
  }

  /** Changes an artifact of lines, of node1. */
  lines(artifact: ArtifactName, change: (line: string) => string | undefined): void {
    const { host } = found(this.dumps['node1']);
    host[artifact] = (host[artifact] ?? '')
      .split('\n')
      .flatMap((line) => change(line) ?? [])
      .join('\n');
  }

  /** Without a chain, in both outputs that show the rules of iptables' nft backend. */
  removeChain(chain: string): void {
    this.lines('iptables-nft-save', (line) => (line.includes(chain) ? undefined : line));
    this.lines('nft', (text) => {
      if (text === '') return text;
      const { nftables } = JSON.parse(text) as { nftables: Item[] };
      return JSON.stringify({ nftables: nftables.filter((item) => !JSON.stringify(item).includes(chain)) });
    });
  }

  /** The device with that name, in `ip-link` and `ip-addr` of node1, or of the pod there. */
  device(name: string, change: (link: Item) => void, pod = false): void {
    for (const artifact of ['ip-link', 'ip-addr'] as const)
      this.items(artifact, (items) => items.filter(({ ifname }) => ifname === name).forEach(change), pod);
  }

  /** As the kernel does it: without the device there are neither its routes, nor its neighbours, nor its forwarding entries. */
  removeDevice(name: string): void {
    for (const artifact of ['ip-link', 'ip-addr', 'bridge-fdb', 'bridge-link'] as const)
      this.items(artifact, (items) => items.filter(({ ifname }) => ifname !== name));
    for (const artifact of ['ip-route-4', 'ip-route-6', 'ip-neigh'] as const)
      this.items(artifact, (items) => items.filter(({ dev }) => dev !== name));
  }

  /** Not collected, on node1. */
  forget(artifact: ArtifactName): void {
    delete found(this.dumps['node1']).host[artifact];
  }

  cluster(): Cluster {
    const hosts = new Map(Object.entries(this.dumps).map(([name, dump]) => [name, stateOf(name, dump)]));
    const { nodes, pods, configMaps, workloads } = this;
    const empty = { version: 'v1.34.4', services: [], endpointSlices: [], namespaces: [], policies: [], custom: new Map(), missing: [] };
    return { ...empty, nodes, pods, configMaps, workloads, hosts };
  }

  config(flags: FlagValues = {}): CniConfig {
    const parsed = flannelBinder.parse({ 'flannel-bridge': 'cni0', 'flannel-ip-masq': true, ...flags });
    if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join('; '));
    return configure(this.cluster(), parsed.value);
  }

  /** What the checks of node1 and of the pod there say. */
  check(flags: FlagValues = {}): readonly Suspicion[] {
    const cluster = this.cluster();
    const config = this.config(flags);
    const state = cluster.hosts.get('node1');
    if (state?.kind !== 'dumped') throw new Error('node1 has no dump');
    return [
      ...checkNode(cluster, config, this.node('node1'), state.host),
      ...this.pods.filter(({ spec }) => spec.nodeName === 'node1').flatMap((pod) => checkPod(cluster, config, pod, state.host)),
    ];
  }
}

function stateOf(name: string, dump: { host: Dump; pods: Record<string, Dump> }): NodeState {
  const parse = (folder: string, outputs: Dump): ReturnType<typeof parseNamespace> =>
    parseNamespace({ id: `nodes/${name}/${folder}`, artifacts: artifactsOf(outputs) });
  const pods = Object.entries(dump.pods).map(([key, outputs]) => [key, parse(`pods/${key.replace('/', '_')}`, outputs)] as const);
  const host = makeHost(name, [parse('host', dump.host), ...pods.map(([, namespace]) => namespace)], `nodes/${name}/host`);
  return { kind: 'dumped', host, pods: new Map(pods.map(([key, { id }]) => [key, id])), truncated: false };
}

/** Collected as well, and empty there. */
const EMPTY: Dump = { 'ip-neigh-proxy': '[]', 'bridge-vlan': '[]', 'ip-nexthop': '[]' };

function artifactsOf(outputs: Dump): ReadonlyMap<ArtifactName, Artifact> {
  const whole = { status: 0, error: '', truncated: false };
  return new Map(Object.entries({ ...EMPTY, ...outputs }).map(([name, text]) => [name as ArtifactName, { ...whole, text }]));
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../__fixtures__/${name}.json`, import.meta.url), 'utf8'));
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the recording lacks it');
  return value;
}
