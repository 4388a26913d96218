import { type Ip, formatIp } from '@skoop/netstack';
import { type Cluster, namespaceOfPod } from '../cluster/cluster.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { type ConfiguredCni, cniChecksOfNode, cniChecksOfPod } from '../health/cni.ts';
import { failedNeighbour, loopbackDown, nodeHealth, unansweringNode } from '../health/kernel.ts';
import type { Conversation } from './conversation.ts';
import { hopsOf } from './conversation.ts';
import { podOf, refOf } from './places.ts';

/** Facts of the namespaces on the way that decide nothing and threaten, or explain. */
export function healthOf(cluster: Cluster, conversations: readonly Conversation[]): readonly Suspicion[] {
  const found: Suspicion[] = [];
  for (const { host, namespace } of placesOf(conversations)) {
    const state = cluster.hosts.get(host);
    if (state?.kind !== 'dumped') continue;
    const ns = state.host.namespaces.get(namespace);
    if (namespace === state.host.root) found.push(...nodeHealth(cluster, host, state));
    else if (ns !== undefined) found.push(...loopbackDown(cluster, host, ns));
  }
  const gone = [...cluster.hosts].filter(([, state]) => state.kind === 'missing').map(([name]) => name);
  return [...found, ...failedNeighbours(cluster, conversations), ...gone.flatMap((name) => unansweringNode(cluster, name, 'CRITICAL'))];
}

interface Place {
  readonly host: string;
  readonly namespace: string;
}

/** Every namespace that a packet of the question passed. */
function placesOf(conversations: readonly Conversation[]): readonly Place[] {
  const places = new Map<string, Place>();
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

/** What the CNI's plugin finds wrong with the nodes and the pods on the way, and with the pod that it did not get to. */
export function cniChecks(
  cluster: Cluster,
  cni: ConfiguredCni | undefined,
  conversations: readonly Conversation[],
  destination: Endpoint,
): readonly Suspicion[] {
  const places = [...placesOf(conversations), ...placesMeant(cluster, conversations, destination)];
  const once = new Map(places.map((place) => [`${place.host} ${place.namespace}`, place]));
  return [...once.values()].flatMap(({ host, namespace }) => {
    const state = cluster.hosts.get(host);
    if (state?.kind !== 'dumped') return [];
    const ref = refOf(cluster, host, namespace);
    const pod = podOf(cluster, ref);
    if (pod !== undefined) return cniChecksOfPod(cluster, cni, pod, state.host);
    const node = cluster.nodes.find(({ metadata }) => metadata.name === host);
    return ref.type === 'node' && node !== undefined ? cniChecksOfNode(cluster, cni, node, state.host) : [];
  });
}

/** Where the packets were to go: the pod that was asked for, or that a Service chose, and its node, whether they got there or not. */
function placesMeant(cluster: Cluster, conversations: readonly Conversation[], destination: Endpoint): readonly Place[] {
  const chosen = conversations.flatMap(({ forward }) =>
    hopsOf(forward).flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'nat' && step.manip === 'destination' ? [formatIp(step.after.dst)] : [])),
    ),
  );
  const addresses = new Set([destination.ip, ...chosen]);
  return cluster.pods
    .filter(({ spec, status }) => !spec.hostNetwork && status.podIPs.some((ip) => addresses.has(ip)))
    .flatMap((pod) => {
      const host = pod.spec.nodeName;
      const state = cluster.hosts.get(host);
      if (state?.kind !== 'dumped') return [];
      const inside = namespaceOfPod(state, pod);
      return [state.host.root, ...(inside === undefined ? [] : [inside])].map((namespace) => ({ host, namespace }));
    });
}
