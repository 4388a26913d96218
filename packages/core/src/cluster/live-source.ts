import { collectNodes } from '../collect/collect-nodes.ts';
import type { CollectProgress } from '../collect/collect-nodes.ts';
import type { CollectOptions } from '../collect/options.ts';
import type { Log } from '../contracts/context.ts';
import type { CustomResource } from '../contracts/manifest.ts';
import type { Cluster, NodeState } from './cluster.ts';
import type { ListWanted, RawLists } from './live/list-cluster.ts';
import type { LiveApi } from './live/live-api.ts';
import { parseObjects } from './parse-objects.ts';
import type { ClusterSource } from './source.ts';

/** What kube-proxy, and so a Service, is like. */
export const KUBE_PROXY_CONFIG = 'kube-system/kube-proxy';
/** A static pod's cgroup carries this in place of the uid that the API knows. */
export const STATIC_POD_HASH = 'kubernetes.io/config.hash';

/** Reads a collector's stream. Never throws: what it can't read it says in the state. Pods that the stream knows by uid are found in `objects`. */
export type DecodeNode = (node: string, stream: Uint8Array, objects: Cluster) => NodeState;

export interface LiveSourceOptions {
  readonly api: LiveApi;
  readonly wanted: ListWanted;
  /** Keys or prefixes of the annotations that plugins name. */
  readonly annotations: readonly string[];
  readonly collect: CollectOptions;
  readonly decode: DecodeNode;
  /** The whole run's. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress?: (event: CollectProgress) => void;
}

/** The cluster as it is now. Lists its objects at once; throws what `LiveApi.list` throws. */
export async function liveSource(options: LiveSourceOptions): Promise<ClusterSource> {
  const { api, signal, log, progress } = options;
  const configMaps = [...new Set([KUBE_PROXY_CONFIG, ...options.wanted.configMaps])];
  const objects = clusterOf(await api.list({ ...options.wanted, configMaps }, { signal }), options.annotations, options.wanted.resources);

  async function dump(nodes: readonly string[]): Promise<ReadonlyMap<string, NodeState>> {
    const dumps = await collectNodes(api, nodes, options.collect, { signal, log, ...(progress === undefined ? {} : { progress }) });
    return new Map(
      [...dumps].map(([node, result]): [string, NodeState] => {
        if (result.kind === 'missing') return [node, result];
        log.debug(`${node}: ${result.bytes.length} bytes in ${result.seconds.toFixed(1)} s`);
        if (result.cut !== undefined) log.warn(`the dump of ${node} is not whole: ${result.cut}`);
        return [node, options.decode(node, result.bytes, objects)];
      }),
    );
  }
  return sourceOf(objects, dump, () => api.close());
}

/** Raw lists as the value that the model starts from. An object that could not be read is `missing`. */
export function clusterOf(raw: RawLists, annotations: readonly string[], resources: readonly CustomResource[] = []): Cluster {
  const { objects, problems } = parseObjects(raw.lists, { annotations: [...annotations, STATIC_POD_HASH], resources });
  return { ...objects, version: raw.version, hosts: new Map(), missing: [...raw.missing, ...problems] };
}

/** A source that asks `dump` for each node once, whoever asks again meanwhile. */
function sourceOf(
  cluster: Cluster,
  dump: (nodes: readonly string[]) => Promise<ReadonlyMap<string, NodeState>>,
  close: () => void,
): ClusterSource {
  const asked = new Map<string, Promise<NodeState>>();
  const running = new Set<Promise<unknown>>();
  return {
    cluster,
    async collect(nodes) {
      const fresh = [...new Set(nodes)].filter((node) => !asked.has(node));
      if (fresh.length > 0) {
        const dumps = dump(fresh);
        running.add(dumps);
        for (const node of fresh) {
          const state = dumps.then((states): NodeState => states.get(node) ?? { kind: 'missing', why: 'it was not collected' });
          // Whoever asked gets the failure; nobody else has to.
          state.catch(() => {});
          asked.set(node, state);
        }
        await dumps.finally(() => running.delete(dumps));
      }
      const hosts = await Promise.all([...asked].map(async ([node, state]) => [node, await state] as const));
      return { ...cluster, hosts: new Map(hosts) };
    },
    async dispose() {
      await Promise.allSettled(running);
      close();
    },
  };
}

/** A recording: every node's state is there already. */
export function recordedSource(cluster: Cluster, recorded: ReadonlyMap<string, NodeState>): ClusterSource {
  const dump = (nodes: readonly string[]) =>
    Promise.resolve(
      new Map(
        nodes.map((node): [string, NodeState] => [node, recorded.get(node) ?? { kind: 'missing', why: 'the snapshot has no dump of it' }]),
      ),
    );
  return sourceOf({ ...cluster, hosts: new Map() }, dump, () => {});
}
