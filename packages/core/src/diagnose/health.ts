import { type Ip, formatIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { type ConfiguredCni, cniChecksOfNode, cniChecksOfPod } from '../health/cni.ts';
import { failedNeighbour, nodeHealth, unansweringNode } from '../health/kernel.ts';
import type { Conversation } from './conversation.ts';
import { hopsOf } from './conversation.ts';
import { podOf, refOf } from './places.ts';

/** Facts of the namespaces on the way that decide nothing and threaten, or explain. */
export function healthOf(cluster: Cluster, conversations: readonly Conversation[]): readonly Suspicion[] {
  const found: Suspicion[] = [];
  for (const { host, namespace } of placesOf(conversations)) {
    const state = cluster.hosts.get(host);
    if (state?.kind === 'dumped' && namespace === state.host.root) found.push(...nodeHealth(cluster, host, state));
  }
  const gone = [...cluster.hosts].filter(([, state]) => state.kind === 'missing').map(([name]) => name);
  return [...found, ...failedNeighbours(cluster, conversations), ...gone.flatMap((name) => unansweringNode(cluster, name, 'CRITICAL'))];
}

/** Every namespace that a packet of the question passed. */
function placesOf(conversations: readonly Conversation[]): readonly { readonly host: string; readonly namespace: string }[] {
  const places = new Map<string, { host: string; namespace: string }>();
  for (const { forward, reply } of conversations)
    for (const way of [forward, reply])
      for (const { host, namespace } of way === undefined ? [] : hopsOf(way)) places.set(`${host} ${namespace}`, { host, namespace });
  return [...places.values()];
}

/** Next hops in use that the kernel has tried in vain of late. The verdict is as if no dynamic entry existed; this is only told. */
function failedNeighbours(cluster: Cluster, conversations: readonly Conversation[]): readonly Suspicion[] {
  const used = new Map<string, { host: string; namespace: string; ip: Ip; device: string }>();
  for (const { forward, reply } of conversations)
    for (const way of [forward, reply]) {
      if (way === undefined) continue;
      for (const { host, namespace, steps } of hopsOf(way))
        for (const step of steps)
          if (step.kind === 'neighbour')
            used.set(`${namespace} ${step.device} ${formatIp(step.ip)}`, { host, namespace, ip: step.ip, device: step.device });
      for (const { edge } of way.crossings)
        used.set(`${edge.namespace} ${edge.device} ${formatIp(edge.nextHop)}`, {
          host: edge.host,
          namespace: edge.namespace,
          ip: edge.nextHop,
          device: edge.device,
        });
    }
  return [...used.values()].flatMap(({ host, namespace, ip, device }) => {
    const state = cluster.hosts.get(host);
    const ns = state?.kind === 'dumped' ? state.host.namespaces.get(namespace) : undefined;
    const entry = ns?.neighbours.find((n) => n.dev === device && n.ip === ip && n.state === 'FAILED');
    return entry === undefined ? [] : [failedNeighbour(cluster, host, namespace, entry, 'INFO', '')];
  });
}

/** What the CNI's plugin finds wrong with the nodes and the pods on the way. */
export function cniChecks(cluster: Cluster, cni: ConfiguredCni | undefined, conversations: readonly Conversation[]): readonly Suspicion[] {
  return placesOf(conversations).flatMap(({ host, namespace }) => {
    const state = cluster.hosts.get(host);
    if (state?.kind !== 'dumped') return [];
    const ref = refOf(cluster, host, namespace);
    const pod = podOf(cluster, ref);
    if (pod !== undefined) return cniChecksOfPod(cluster, cni, pod, state.host);
    const node = cluster.nodes.find(({ metadata }) => metadata.name === host);
    return ref.type === 'node' && node !== undefined ? cniChecksOfNode(cluster, cni, node, state.host) : [];
  });
}
