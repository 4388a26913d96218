import { type Family, type NetworkNamespace, familyOf, parseIp, sysctlSource } from '@skoop/netstack';
import type { Cluster, NodeState } from '../cluster/cluster.ts';
import type { Node } from '../cluster/objects.ts';
import { describeFinding } from '../codes/describe.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { isNodeReady } from '../diagnose/owners.ts';
import { nodeUnreachable } from '../diagnose/source-places.ts';
import { objectEvidence, suspect } from '../diagnose/suspect.ts';
import { nodeHealth, unansweringNode } from '../health/kernel.ts';
import { nodeNotReady } from '../health/readiness.ts';
import { hasNetwork } from '../cluster/has-network.ts';

/** What must be true of a node, whatever its CNI is. */
export function checkNode(cluster: Cluster, node: Node): readonly Suspicion[] {
  const { name } = node.metadata;
  const state = cluster.hosts.get(name);
  return [
    ...(isNodeReady(node) ? [] : [nodeNotReady(node, 'CRITICAL')]),
    ...networkUnavailable(node),
    ...unansweringNode(cluster, name, 'WARNING'),
    ...(state?.kind === 'dumped' ? ofDump(cluster, name, state) : [{ ...nodeUnreachable(cluster, name), cause: false }]),
  ];
}

/** Set by a cloud's controller, or by the CNI, until the node's network is set up. */
function networkUnavailable(node: Node): readonly Suspicion[] {
  const { name } = node.metadata;
  const condition = node.status.conditions.find(({ type, status }) => type === 'NetworkUnavailable' && status === 'True');
  if (condition === undefined) return [];
  return [
    suspect(
      'NODE_NETWORK_UNAVAILABLE',
      'CRITICAL',
      { type: 'node', id: name },
      `The network of node ${name} is not set up: ${[condition.reason, condition.message].filter((text) => text !== '').join(', ')}`,
      {
        evidence: [objectEvidence('Node', node, '/status/conditions', condition)],
        remedy: `Look at the CNI's pod on ${name}, and in a cloud at the controller that makes its routes: kubectl get pods -A --field-selector spec.nodeName=${name}`,
      },
    ),
  ];
}

function ofDump(cluster: Cluster, name: string, state: Extract<NodeState, { kind: 'dumped' }>): readonly Suspicion[] {
  const root = state.host.namespaces.get(state.host.root);
  if (root === undefined) return nodeHealth(cluster, name, state);
  return [...nodeHealth(cluster, name, state), ...forwarding(cluster, name, root), ...mixedBackends(name, root)];
}

const FORWARDING: Readonly<Record<Family, string>> = { 4: 'net/ipv4/ip_forward', 6: 'net/ipv6/conf/all/forwarding' };

/** A node passes packets on for its pods: in the families in which they have addresses. */
function forwarding(cluster: Cluster, name: string, root: NetworkNamespace): readonly Suspicion[] {
  const pods = cluster.pods.filter((pod) => pod.spec.nodeName === name && hasNetwork(pod));
  const families = new Set(
    pods.flatMap(({ status }) => status.podIPs.flatMap((text) => parseIp(text) ?? [])).map((address) => familyOf(address)),
  );
  return [...families].flatMap((family) => {
    const path = FORWARDING[family];
    if (root.sysctls.get(path) !== '0') return [];
    const finding = {
      code: 'SYSCTL_FORWARDING_OFF' as const,
      host: name,
      namespace: root.id,
      evidence: [sysctlSource(root, path)],
      details: { sysctl: path },
    };
    return [describeFinding(finding, { type: 'node', id: name }, `node ${name}`, 'CRITICAL', false)];
  });
}

/** Rules in both backends of iptables: a packet passes both, and each program sees only its own. */
function mixedBackends(name: string, root: NetworkNamespace): readonly Suspicion[] {
  const first = (backend: 'iptables-legacy' | 'iptables-nft') =>
    root.netfilter.tables
      .filter((table) => table.backend === backend)
      .flatMap((table) => [...table.chains.values()].flatMap(({ rules }) => rules))
      .at(0);
  const legacy = first('iptables-legacy');
  const nft = first('iptables-nft');
  if (legacy === undefined || nft === undefined) return [];
  return [
    suspect(
      'NETFILTER_BACKENDS_MIXED',
      'INFO',
      { type: 'node', id: name },
      `Node ${name} has rules in both backends of iptables: packets pass both, and iptables shows only one of them`,
      {
        evidence: [legacy.source, nft.source],
        remedy: `On node ${name}: iptables-legacy-save; iptables-nft-save; let all programs use one of them, and remove what is left in the other.`,
      },
    ),
  ];
}
