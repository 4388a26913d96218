import type { CheckScope } from '../contracts/network.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { NetworkParts } from '../diagnose/compose.ts';
import { settle } from '../diagnose/suspect.ts';
import { cniChecksOfNode, cniChecksOfPod } from '../health/cni.ts';
import { checkAddresses } from './addresses.ts';
import { checkNode } from './node.ts';
import { hasNetwork } from '../cluster/has-network.ts';
import { checkPod } from './pod.ts';

/** Collects every node in scope, all at once, and looks at each of them and its pods: what is true of every cluster, then what the CNI promises. */
export async function checkNetwork({ source, cni }: NetworkParts, scope: CheckScope): Promise<readonly Suspicion[]> {
  const names = scope.nodes ?? source.cluster.nodes.map(({ metadata }) => metadata.name);
  const cluster = await source.collect([...names].sort());
  const wanted = new Set(names);
  const found: Suspicion[] = [...checkAddresses(cluster, wanted)];
  for (const node of cluster.nodes) {
    const { name } = node.metadata;
    if (!wanted.has(name)) continue;
    found.push(...checkNode(cluster, node));
    const state = cluster.hosts.get(name);
    if (state?.kind !== 'dumped') continue;
    found.push(...cniChecksOfNode(cluster, cni, node, state.host));
    for (const pod of cluster.pods) {
      if (pod.spec.nodeName !== name || !hasNetwork(pod)) continue;
      found.push(...checkPod(cluster, pod, state), ...cniChecksOfPod(cluster, cni, pod, state.host));
    }
  }
  return settle(found);
}
