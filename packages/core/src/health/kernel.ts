import { type Neighbour, type NetworkNamespace, formatIp, parseIp } from '@skoop/netstack';
import type { Cluster, NodeState } from '../cluster/cluster.ts';
import { describeFinding } from '../codes/describe.ts';
import type { Level, Suspicion } from '../contracts/suspicion.ts';
import { refOf, spoken } from '../diagnose/places.ts';
import { objectEvidence, suspect } from '../diagnose/suspect.ts';

const NEARLY = 0.9;

/** What a node's own namespace says of its health, whatever is asked about. */
export function nodeHealth(cluster: Cluster, node: string, state: Extract<NodeState, { kind: 'dumped' }>): readonly Suspicion[] {
  const root = state.host.namespaces.get(state.host.root);
  return [
    ...(root === undefined ? [] : [...conntrackFull(cluster, node, root), ...loopbackDown(cluster, node, root)]),
    ...(state.truncated ? [truncated(node)] : []),
  ];
}

/** Without loopback nothing in a namespace reaches itself; what comes from elsewhere does not feel it. */
export function loopbackDown(cluster: Cluster, host: string, ns: NetworkNamespace): readonly Suspicion[] {
  const lo = ns.links.find(({ device }) => device.kind === 'loopback');
  if (lo === undefined || lo.up) return [];
  const on = refOf(cluster, host, ns.id);
  return [
    describeFinding(
      { code: 'LINK_DOWN', host, namespace: ns.id, evidence: [lo.source], details: { device: lo.name } },
      on,
      spoken(on),
      'INFO',
      false,
    ),
  ];
}

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

function truncated(node: string): Suspicion {
  return suspect(
    'COLLECT_TRUNCATED',
    'INFO',
    { type: 'node', id: node },
    `The dump of node ${node} is cut off: what is missing at its end is unknown`,
  );
}

/** A next hop that the kernel has tried in vain of late. `whose`: `, node node2,`. */
export function failedNeighbour(
  cluster: Cluster,
  host: string,
  namespace: string,
  entry: Neighbour,
  level: Level,
  whose: string,
): Suspicion {
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

/** What the kernels that were dumped know of one node: that it does not answer them. */
export function unansweringNode(cluster: Cluster, name: string, level: Level): readonly Suspicion[] {
  const node = cluster.nodes.find(({ metadata }) => metadata.name === name);
  const theirs = new Set((node?.status.addresses ?? []).map(({ address }) => parseIp(address)));
  const found: Suspicion[] = [];
  for (const [observer, other] of cluster.hosts) {
    const root = other.kind === 'dumped' ? other.host.namespaces.get(other.host.root) : undefined;
    for (const entry of root?.neighbours ?? []) {
      if ((entry.state !== 'FAILED' && entry.state !== 'INCOMPLETE') || !theirs.has(entry.ip) || root === undefined) continue;
      const told = failedNeighbour(cluster, observer, root.id, entry, level, `, node ${name},`);
      found.push({
        ...told,
        evidence: [
          ...told.evidence,
          ...(node === undefined ? [] : [objectEvidence('Node', node, '/status/addresses', node.status.addresses)]),
        ],
      });
    }
  }
  return found;
}
