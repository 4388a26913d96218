import type {
  Cluster,
  ConfigMap,
  CustomObject,
  EndpointSlice,
  Namespace,
  Node,
  NodeState,
  Pod,
  Policy,
  Service,
  Suspicion,
  Workload,
} from '@skoop/core';
import type { CniConfig, CniPlugin } from '@skoop/core';
import { type Artifact, type ArtifactName, makeHost, parseNamespace } from '@skoop/netstack';

/** Outputs of the collector in one namespace, by artifact: what `nodes/NAME/host/` or `nodes/NAME/pods/POD/` of a snapshot holds. */
export type Dump = Record<string, string>;
/** One item of an artifact that is JSON: a link, a route, … */
export type Item = Record<string, unknown>;
/** The same with its fields open to change, all the way down. */
export type Mutable<T> = T extends (...args: never[]) => unknown ? T : { -readonly [K in keyof T]: Mutable<T[K]> };

/** What a recording is made of; plain JSON. Lists that are left out are empty. */
export interface RecordedParts {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly services?: readonly Service[];
  readonly endpointSlices?: readonly EndpointSlice[];
  readonly namespaces?: readonly Namespace[];
  readonly workloads?: readonly Workload[];
  readonly configMaps?: readonly ConfigMap[];
  readonly policies?: readonly Policy[];
  /** By `PLURAL.GROUP`. */
  readonly custom?: Readonly<Record<string, readonly CustomObject[]>>;
  readonly dumps: Readonly<Record<string, { readonly host: Dump; readonly pods: Readonly<Record<string, Dump>> }>>;
}

/**
 * A cluster to be changed in one place by a test: its objects, and what the collector printed on its nodes. Made anew from the same parts
 * for each test; the parts themselves stay as they are.
 */
export class Recording {
  readonly nodes: Mutable<Node>[];
  readonly pods: Mutable<Pod>[];
  readonly services: Mutable<Service>[];
  readonly endpointSlices: Mutable<EndpointSlice>[];
  readonly namespaces: Mutable<Namespace>[];
  readonly workloads: Mutable<Workload>[];
  readonly configMaps: Mutable<ConfigMap>[];
  readonly policies: Mutable<Policy>[];
  readonly custom: Map<string, Mutable<CustomObject>[]>;
  /** By node, then by pod (`NAMESPACE/NAME`). */
  readonly dumps: Record<string, { host: Dump; pods: Record<string, Dump> }>;
  /** The node that `items`, `lines` and the like change. */
  readonly subject: string;

  /** @param subject the node that is to be broken; the first one where it is not named */
  constructor(parts: RecordedParts, subject?: string) {
    const copy = structuredClone(parts) as Mutable<RecordedParts>;
    this.nodes = copy.nodes;
    this.pods = copy.pods;
    this.services = copy.services ?? [];
    this.endpointSlices = copy.endpointSlices ?? [];
    this.namespaces = copy.namespaces ?? [];
    this.workloads = copy.workloads ?? [];
    this.configMaps = copy.configMaps ?? [];
    this.policies = copy.policies ?? [];
    this.custom = new Map(Object.entries(copy.custom ?? {}));
    this.dumps = copy.dumps;
    this.subject = subject ?? Object.keys(copy.dumps)[0] ?? '';
  }

  /** @throws Error where there is no such node */
  node(name: string = this.subject): Mutable<Node> {
    return found(
      this.nodes.find(({ metadata }) => metadata.name === name),
      `node ${name}`,
    );
  }

  /** By the beginning of its name. @throws Error where there is none */
  pod(name: string): Mutable<Pod> {
    return found(
      this.pods.find(({ metadata }) => metadata.name.startsWith(name)),
      `pod ${name}`,
    );
  }

  annotate(node: string, key: string, value: string | undefined): void {
    const { annotations } = this.node(node).metadata;
    if (value === undefined) delete annotations[key];
    else annotations[key] = value;
  }

  /** What the collector printed on the subject, or in one of its pods (by the beginning of the pod's name). */
  dump(pod?: string): Dump {
    const { host, pods } = found(this.dumps[this.subject], `dump of ${this.subject}`);
    if (pod === undefined) return host;
    return found(
      Object.entries(pods).find(([key]) => key.split('/')[1]?.startsWith(pod))?.[1],
      `pod ${pod} in the dump of ${this.subject}`,
    );
  }

  /** Changes an artifact of JSON items, in place or by returning others. */
  items(artifact: ArtifactName, change: (items: Item[]) => Item[] | void, pod?: string): void {
    const dump = this.dump(pod);
    const items = JSON.parse(dump[artifact] ?? '[]') as Item[];
    dump[artifact] = JSON.stringify(change(items) ?? items);
  }

  /** Changes an artifact of lines; a line for which nothing is returned is gone. */
  lines(artifact: ArtifactName, change: (line: string) => string | undefined, pod?: string): void {
    const dump = this.dump(pod);
    dump[artifact] = (dump[artifact] ?? '')
      .split('\n')
      .flatMap((line) => change(line) ?? [])
      .join('\n');
  }

  /** Takes a chain out of both outputs that show the rules of iptables' nft backend. */
  removeChain(chain: string): void {
    this.lines('iptables-nft-save', (line) => (line.includes(chain) ? undefined : line));
    this.lines('nft', (text) => {
      if (text === '') return text;
      const { nftables } = JSON.parse(text) as { nftables: Item[] };
      return JSON.stringify({ nftables: nftables.filter((item) => !JSON.stringify(item).includes(chain)) });
    });
  }

  /** The device with that name, in `ip-link` and `ip-addr`. */
  device(name: string, change: (link: Item) => void, pod?: string): void {
    for (const artifact of ['ip-link', 'ip-addr'] as const)
      this.items(artifact, (items) => items.filter(({ ifname }) => ifname === name).forEach(change), pod);
  }

  /** As the kernel does it: without the device there are neither its routes, nor its neighbours, nor its forwarding entries. */
  removeDevice(name: string, pod?: string): void {
    for (const artifact of ['ip-link', 'ip-addr', 'bridge-fdb', 'bridge-link'] as const)
      this.items(artifact, (items) => items.filter(({ ifname }) => ifname !== name), pod);
    for (const artifact of ['ip-route-4', 'ip-route-6', 'ip-neigh'] as const)
      this.items(artifact, (items) => items.filter(({ dev }) => dev !== name), pod);
  }

  /** As if it had not been collected. */
  forget(artifact: ArtifactName, pod?: string): void {
    delete this.dump(pod)[artifact];
  }

  /** As a diagnosis sees it, every node collected. */
  cluster(): Cluster {
    const { nodes, pods, services, endpointSlices, namespaces, workloads, configMaps, policies } = this;
    const hosts = new Map(Object.entries(this.dumps).map(([name, dump]) => [name, stateOf(name, dump)]));
    return {
      version: 'v1.34.4',
      nodes,
      pods,
      services,
      endpointSlices,
      namespaces,
      workloads,
      configMaps,
      policies,
      custom: this.custom,
      missing: [],
      hosts,
    };
  }

  /** What a plugin's checks say of the subject and of every pod on it. */
  check({ checkNode, checkPod }: Pick<CniPlugin, 'checkNode' | 'checkPod'>, config: CniConfig): readonly Suspicion[] {
    const cluster = this.cluster();
    const state = cluster.hosts.get(this.subject);
    if (state?.kind !== 'dumped') throw new Error(`${this.subject} has no dump`);
    return [
      ...checkNode(cluster, config, this.node(), state.host),
      ...this.pods.filter(({ spec }) => spec.nodeName === this.subject).flatMap((pod) => checkPod(cluster, config, pod, state.host)),
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

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the recording lacks ${what}`);
  return value;
}
