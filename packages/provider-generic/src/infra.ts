import type { Cluster, InfraResult, InfraShim, Suspicion } from '@skoop/core';
import { type Cloud, cloudOf } from './clouds.ts';

/** A network that passes everything. Where the nodes say that they are in a cloud, the first answer says that nobody looked at it. */
export function passingInfra(cluster: Cluster): InfraShim {
  let unsaid = unseenClouds(cluster);
  const pass = (): Promise<InfraResult> => {
    const suspicions = unsaid;
    unsaid = [];
    return Promise.resolve({ outcome: 'pass', suspicions });
  };
  return { nodeToNode: pass, nodeToExternal: pass, externalToNode: pass, externalToLoadBalancer: pass };
}

/** One fact for each cloud that the nodes are in, at the first of its nodes. */
export function unseenClouds(cluster: Cluster): readonly Suspicion[] {
  const said = new Map<string, Suspicion>();
  for (const node of cluster.nodes) {
    const cloud = cloudOf(node);
    if (cloud === undefined || said.has(cloud.name)) continue;
    said.set(cloud.name, {
      code: 'NODE_CLOUD_UNSEEN',
      level: 'INFO',
      on: { type: 'node', id: node.metadata.name },
      message: `The nodes are in ${cloud.name}, and its network (firewalls, routes, NAT, load balancers) was not looked at: it counts as passing everything.`,
      evidence: [{ object: { kind: 'Node', name: node.metadata.name }, path: '/spec/providerID', value: node.spec.providerID }],
      remedy: remedy(cloud),
    });
  }
  return [...said.values()];
}

function remedy({ name, package: owner }: Cloud): string {
  return owner === undefined
    ? `skoop has no package for ${name}: check its security groups and route tables there, or write a provider (docs/plugins.md)`
    : `npm i ${owner}`;
}
