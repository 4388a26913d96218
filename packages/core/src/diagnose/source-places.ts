import { type Origin, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { type ServiceTarget, chooseBackends, familyOfText } from './backends.ts';
import { rootPlace } from './fabric.ts';
import { homeOf, spoken } from './places.ts';
import { suspect } from './suspect.ts';
import { unseenDevices, uplinkFor } from './wires.ts';

/** Where a process of a node or a pod sends from, or why that can't be told. */
export type Sending =
  { readonly kind: 'origin'; readonly origin: Origin } | { readonly kind: 'unseen'; readonly node: NetNodeRef; readonly why: Suspicion };

export function sendingPlace(cluster: Cluster, source: Endpoint): Sending {
  const home = homeOf(cluster, source);
  if (home.kind === 'outside')
    return unseen(
      { type: 'external', id: source.ip },
      suspect('COLLECT_POD_MISSING', 'WARNING', { type: 'external', id: source.ip }, `Nothing is known of the source ${source.ip}`, {
        cause: true,
      }),
    );
  const state = cluster.hosts.get(home.node);
  const ref: NetNodeRef = home.kind === 'pod' ? { type: 'pod', id: home.pod } : { type: 'node', id: home.node };
  if (state?.kind !== 'dumped') return unseen(ref, nodeUnreachable(cluster, home.node));
  const namespace = home.kind === 'node' || home.hostNetwork ? state.host.root : state.pods.get(home.pod);
  if (namespace === undefined || !state.host.namespaces.has(namespace))
    return unseen(ref, podMissing(cluster, home.kind === 'pod' ? home.pod : home.node));
  return { kind: 'origin', origin: { kind: 'socket', host: state.host.id, namespace } };
}

function unseen(node: NetNodeRef, why: Suspicion): Sending {
  return { kind: 'unseen', node, why };
}

/** A node that the packet needs and that gave no dump. */
export function nodeUnreachable(cluster: Cluster, node: string): Suspicion {
  const state = cluster.hosts.get(node);
  const why =
    state === undefined
      ? 'it was not asked'
      : state.kind === 'missing'
        ? state.why
        : `in its dump, ${unseenDevices(state.host) ?? 'all is there'}`;
  return suspect(
    'COLLECT_NODE_UNREACHABLE',
    'WARNING',
    { type: 'node', id: node },
    `Nothing could be collected from node ${node}: ${why}`,
    {
      remedy: `See whether it is there: kubectl get node ${node}; skoop-collect.sh can be run on it by hand, its output taken into a snapshot.`,
      cause: true,
    },
  );
}

/** A pod that the packet needs and whose namespace its node's dump lacks. */
export function podMissing(cluster: Cluster, key: string): Suspicion {
  const pod = cluster.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
  const node = pod?.spec.nodeName ?? '';
  const state = cluster.hosts.get(node);
  const why =
    state?.kind === 'dumped' && state.truncated ? 'the dump is cut off' : `the pod is ${pod?.status.phase ?? 'unknown to the API'}`;
  return suspect(
    'COLLECT_POD_MISSING',
    'WARNING',
    { type: 'pod', id: key },
    `The network namespace of pod ${key} is not in the dump of node ${node === '' ? '(none)' : node}: ${why}`,
    {
      remedy: `See whether its sandbox runs: kubectl describe pod -n ${key.replace('/', ' ')}; then ask again.`,
      cause: true,
    },
  );
}

/** The first ten, by name: what a balancer may choose from is many. */
const ARRIVALS = 10;

/** Where a packet from outside of the cluster may come in, and what is assumed by that. */
export function arrivals(
  cluster: Cluster,
  destination: Endpoint,
  target: ServiceTarget | undefined,
): { readonly nodes: readonly string[]; readonly assumed: readonly Suspicion[] } {
  const home = homeOf(cluster, destination);
  if (home.kind === 'node') return { nodes: [home.node], assumed: [] };
  if (home.kind === 'pod') {
    const on = { type: 'node', id: home.node };
    return {
      nodes: [home.node],
      assumed: home.hostNetwork
        ? []
        : [assumption(on, `The network outside is taken to carry packets for ${destination.ip} to ${spoken(on)}, where the pod runs`)],
    };
  }
  const names = cluster.nodes.map(({ metadata }) => metadata.name).sort();
  const family = familyOfText(destination.ip);
  const local =
    target?.service.spec.externalTrafficPolicy === 'Local'
      ? names.filter((name) => chooseBackends(cluster, target, name, family, false).backends.length > 0)
      : [];
  const nodes = (local.length > 0 ? local : names).slice(0, ARRIVALS);
  const [first] = nodes;
  return {
    nodes,
    assumed:
      first === undefined
        ? []
        : [
            assumption(
              { type: 'node', id: first },
              `The network outside is taken to carry packets for ${destination.ip} to ${nodes.length === 1 ? 'node' : 'any of the nodes'} ${nodes.join(', ')}`,
            ),
          ],
  };
}

function assumption(on: NetNodeRef, message: string): Suspicion {
  return suspect('ENDPOINT_ARRIVAL_ASSUMED', 'INFO', on, message);
}

/** The device by which a packet for `address` comes in at a node. */
export function arrivalAt(cluster: Cluster, node: string, address: string): Origin | undefined {
  const place = rootPlace(cluster, node);
  const ip = parseIp(address);
  const device = place === undefined || ip === undefined ? undefined : uplinkFor(place, ip);
  return place === undefined || device === undefined
    ? undefined
    : { kind: 'wire', host: place.host.id, namespace: place.namespace.id, device: device.name };
}
