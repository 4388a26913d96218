import type { Cluster, NodeState } from '../cluster/cluster.ts';
import { STATIC_POD_HASH } from '../cluster/live-source.ts';
import { decodeNodeDump } from './decode.ts';
import { hostFromDump } from './host-from-dump.ts';
import type { NodeDump } from './node-dump.ts';

/** A collector's stream as the cluster model takes it; one that can't be read at all makes the node `missing`. */
export function decodeNode(node: string, stream: Uint8Array, objects: Cluster): NodeState {
  const dump = decodeNodeDump(stream);
  return dump.ok ? nodeStateOf(node, dump.value, objects) : { kind: 'missing', why: dump.error.message };
}

/** The same for a dump that is read already. Pods that it knows by uid only get their names from the objects. */
export function nodeStateOf(node: string, dump: NodeDump, objects: Pick<Cluster, 'pods'>): NodeState {
  const { host, pods } = hostFromDump(dump, node);
  const names = new Map<string, string>();
  for (const { metadata } of objects.pods) {
    const name = `${metadata.namespace}/${metadata.name}`;
    names.set(metadata.uid, name);
    const hash = metadata.annotations[STATIC_POD_HASH];
    if (hash !== undefined) names.set(hash, name);
  }
  return {
    kind: 'dumped',
    host,
    pods: new Map([...pods].map(([key, namespace]) => [names.get(key) ?? key, namespace])),
    truncated: dump.truncated,
  };
}
