import type { Cluster, Node } from '@skoop/core';
import type { Reader } from '../api/reader.ts';
import { type Instance, readInstances } from '../model/instance.ts';
import { ecsIdOfNode } from '../model/provider-id.ts';

/** What every look needs. */
export interface Cloud {
  readonly reader: Reader;
  readonly cluster: Cluster;
}

/** All nodes of a region are asked for together: one call, whichever of them is meant. */
export async function instancesOf({ reader, cluster }: Cloud, region: string): Promise<ReadonlyMap<string, Instance>> {
  const ids = cluster.nodes.flatMap((node) => {
    const id = ecsIdOfNode(node);
    return id?.region === region ? [id.instance] : [];
  });
  return readInstances(reader, region, ids);
}

/** The node that an instance is. */
export function nodeOfInstance({ cluster }: Cloud, instance: string): Node | undefined {
  return cluster.nodes.find((node) => ecsIdOfNode(node)?.instance === instance);
}

/** Regions in which the cluster has nodes. */
export function regionsOf({ nodes }: Cluster): readonly string[] {
  return [...new Set(nodes.flatMap((node) => ecsIdOfNode(node)?.region ?? []))].sort();
}
