import { type Ip, type Neighbour, type NetworkNamespace, formatIp, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { CniConfig, CniPlugin } from '../contracts/cni-plugin.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { Conversation } from './conversation.ts';
import { hopsOf } from './conversation.ts';
import { podOf, refOf, spoken } from './places.ts';
import { objectEvidence, suspect } from './suspect.ts';

/** Facts of the namespaces on the way that decide nothing and threaten, or explain. */
export function healthOf(cluster: Cluster, conversations: readonly Conversation[]): readonly Suspicion[] {
  const found: Suspicion[] = [];
  for (const { host, namespace } of placesOf(conversations)) {
    const state = cluster.hosts.get(host);
    const ns = state?.kind === 'dumped' ? state.host.namespaces.get(namespace) : undefined;
    if (ns === undefined || state?.kind !== 'dumped') continue;
    if (namespace === state.host.root) {
      found.push(...conntrackFull(cluster, host, ns));
      if (state.truncated)
        found.push(
          suspect(
            'COLLECT_TRUNCATED',
            'INFO',
            { type: 'node', id: host },
            `The dump of node ${host} is cut off: what is missing at its end is unknown`,
          ),
        );
    }
  }
  return [...found, ...failedNeighbours(cluster, conversations), ...missingNodesSeen(cluster)];
}

/** Every namespace that a packet of the question passed. */
function placesOf(conversations: readonly Conversation[]): readonly { readonly host: string; readonly namespace: string }[] {
  const places = new Map<string, { host: string; namespace: string }>();
  for (const { forward, reply } of conversations)
    for (const way of [forward, reply])
      for (const { host, namespace } of way === undefined ? [] : hopsOf(way)) places.set(`${host} ${namespace}`, { host, namespace });
  return [...places.values()];
}

const NEARLY = 0.9;

function conntrackFull(cluster: Cluster, host: string, ns: NetworkNamespace): readonly Suspicion[] {
  const count = Number(ns.sysctls.get('net/netfilter/nf_conntrack_count'));
  const max = Number(ns.sysctls.get('net/netfilter/nf_conntrack_max') ?? ns.sysctls.get('net/nf_conntrack_max'));
  if (!(max > 0) || !(count >= NEARLY * max)) return [];
  const on = refOf(cluster, host, ns.id);
  return [
    suspect(
      'NETFILTER_CONNTRACK_FULL',
      'WARNING',
      on,
      `The connection tracking table of ${spoken(on)} is nearly full: ${String(count)} of ${String(max)} entries; once it is full, new connections are dropped`,
      {
        remedy: `On ${spoken(on)}: sysctl -w net.netfilter.nf_conntrack_max=${String(max * 2)}; conntrack -L shows what fills it.`,
      },
    ),
  ];
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
    return entry === undefined ? [] : [failed(cluster, host, namespace, entry, 'INFO', '')];
  });
}

function failed(cluster: Cluster, host: string, namespace: string, entry: Neighbour, level: Suspicion['level'], whose: string): Suspicion {
  const on = refOf(cluster, host, namespace);
  return suspect(
    'NEIGHBOUR_FAILED',
    level,
    on,
    `The kernel of ${spoken(on)} got no answer from ${formatIp(entry.ip)}${whose} on ${entry.dev} of late (neighbour entry FAILED)`,
    {
      evidence: [entry.source],
      remedy: `On ${spoken(on)}: ping -c 3 ${formatIp(entry.ip)}; ip neigh show ${formatIp(entry.ip)}`,
    },
  );
}

/** What the kernels that were dumped know of nodes that gave no dump. */
function missingNodesSeen(cluster: Cluster): readonly Suspicion[] {
  const found: Suspicion[] = [];
  for (const [name, state] of cluster.hosts) {
    if (state.kind === 'dumped') continue;
    const node = cluster.nodes.find(({ metadata }) => metadata.name === name);
    const theirs = new Set((node?.status.addresses ?? []).map(({ address }) => parseIp(address)));
    for (const [observer, other] of cluster.hosts) {
      const root = other.kind === 'dumped' ? other.host.namespaces.get(other.host.root) : undefined;
      for (const entry of root?.neighbours ?? []) {
        if ((entry.state !== 'FAILED' && entry.state !== 'INCOMPLETE') || !theirs.has(entry.ip) || root === undefined) continue;
        const told = failed(cluster, observer, root.id, entry, 'CRITICAL', `, node ${name},`);
        found.push({
          ...told,
          evidence: [
            ...told.evidence,
            ...(node === undefined ? [] : [objectEvidence('Node', node, '/status/addresses', node.status.addresses)]),
          ],
        });
      }
    }
  }
  return found;
}

/** What the CNI's plugin finds wrong with the nodes and the pods on the way. */
export function cniChecks(
  cluster: Cluster,
  cni: { readonly plugin: CniPlugin; readonly config: CniConfig } | undefined,
  conversations: readonly Conversation[],
): readonly Suspicion[] {
  if (cni === undefined) return [];
  const { plugin, config } = cni;
  const found: Suspicion[] = [];
  const check = (id: string, run: () => readonly Suspicion[]): void => {
    try {
      found.push(...run());
    } catch (error) {
      found.push(
        suspect(
          'COLLECT_CHECK_FAILED',
          'INFO',
          { type: 'node', id },
          `The checks of plugin ${plugin.name} on ${id} ended with an error: ${error instanceof Error ? error.message : String(error)}`,
          { remedy: 'Report it to the author of the plugin; the rest of the answer does not depend on it.' },
        ),
      );
    }
  };
  for (const { host, namespace } of placesOf(conversations)) {
    const state = cluster.hosts.get(host);
    if (state?.kind !== 'dumped') continue;
    const ref = refOf(cluster, host, namespace);
    const pod = podOf(cluster, ref);
    const node = cluster.nodes.find(({ metadata }) => metadata.name === host);
    if (pod !== undefined) check(host, () => plugin.checkPod(cluster, config, pod, state.host));
    else if (ref.type === 'node' && node !== undefined) check(host, () => plugin.checkNode(cluster, config, node, state.host));
  }
  return found;
}
