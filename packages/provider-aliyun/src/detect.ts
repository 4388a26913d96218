import type { Cluster, Confidence } from '@skoop/core';
import { ecsIdOfNode } from './model/provider-id.ts';

/** Nodes that are instances of ECS. Other clouds' ids have a scheme, ours need not have one. */
export function detect({ nodes }: Cluster): Confidence {
  const own = nodes.filter((node) => ecsIdOfNode(node) !== undefined);
  const [first] = own;
  return first === undefined
    ? { score: 0, because: [] }
    : { score: 95, because: [`node ${first.metadata.name} has the providerID ${first.spec.providerID}`] };
}
