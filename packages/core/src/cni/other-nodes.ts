import type { Cluster } from '../cluster/cluster.ts';
import type { Node } from '../cluster/objects.ts';

/** The nodes that one node has to reach: all others, but those that are being removed. */
export function otherNodes({ nodes }: Cluster, name: string): readonly Node[] {
  return nodes.filter(({ metadata }) => metadata.name !== name && metadata.deletionTimestamp === undefined);
}
