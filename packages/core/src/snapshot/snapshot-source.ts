import type { NodeState } from '../cluster/cluster.ts';
import { clusterOf, recordedSource } from '../cluster/live-source.ts';
import type { ClusterSource } from '../cluster/source.ts';
import type { CustomResource } from '../contracts/manifest.ts';
import { nodeStateOf } from './node-state.ts';
import type { SnapshotData } from './snapshot-data.ts';

/** How a snapshot's `missing` names a node that gave no dump: `node node3`. */
export const MISSING_NODE = 'node ';

/** A recorded cluster to diagnose. What the snapshot lacks stands in `missing`, and with the nodes. */
export function snapshotSource(
  { manifest, objects, nodes, clouds, problems }: SnapshotData,
  annotations: readonly string[],
  resources: readonly CustomResource[] = [],
): ClusterSource {
  const missing = [...manifest.missing, ...problems.map((why) => ({ what: 'a part of the snapshot', why }))];
  const cluster = clusterOf({ version: manifest.clusterVersion, lists: objects, missing }, annotations, resources);
  const states = new Map<string, NodeState>();
  for (const { what, why } of manifest.missing)
    if (what.startsWith(MISSING_NODE)) states.set(what.slice(MISSING_NODE.length), { kind: 'missing', why });
  for (const dump of nodes) states.set(dump.node, nodeStateOf(dump.node, dump, cluster));
  return { ...recordedSource(cluster, states), clouds };
}
