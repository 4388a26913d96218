import type { Cluster, CniConfig, Node, Suspicion } from '@skoop/core';
import { checkBridgeNetfilter, checkStaleHostPorts, linkOf, rootOf, suspectNode } from '@skoop/core/cni';
import { type Host, familyOf } from '@skoop/netstack';
import { attachedPods, commonBridge } from '../attachment.ts';
import { settingsOf } from '../settings.ts';
import { checkMasquerade } from './masquerade.ts';
import { checkPeerRoutes } from './peer-routes.ts';

/** What must be true of a node for its pods, whatever set it up; for kindnet, what it promises as well. */
export function checkNode(cluster: Cluster, config: CniConfig, node: Node, host: Host): readonly Suspicion[] {
  const settings = settingsOf(config);
  const root = rootOf(host);
  if (root === undefined) return [];
  return [
    ...unknownNetwork(cluster, config, node),
    ...bridges(cluster, node, host),
    ...checkPeerRoutes(cluster, settings, node, root),
    ...(settings.network === 'kindnet' ? checkMasquerade(cluster, node, root) : []),
    ...(settings.network === 'foreign' ? [] : checkStaleHostPorts(cluster, node, host, 'BRIDGE_HOSTPORT_STALE')),
  ];
}

/** Said once, on the first node by name that was collected. */
function unknownNetwork(cluster: Cluster, config: CniConfig, { metadata }: Node): readonly Suspicion[] {
  const { network, name } = settingsOf(config);
  const [first] = [...cluster.hosts.keys()].sort();
  if (network !== 'foreign' || metadata.name !== first) return [];
  return [
    suspectNode(
      metadata,
      'BRIDGE_NETWORK_UNKNOWN',
      'INFO',
      `The pod network of this cluster is ${name ?? 'not recognised'}, which no installed plugin knows: only what is true of every Linux network is checked.`,
      { evidence: [], remedy: 'skoop plugins lists what is installed; --network-plugin overrules what was detected.' },
    ),
  ];
}

/** The bridge that the node's pods are ports of, if they are. */
function bridges(cluster: Cluster, { metadata }: Node, host: Host): readonly Suspicion[] {
  const attached = attachedPods(cluster, metadata.name, host);
  const name = commonBridge(attached);
  const root = rootOf(host);
  const bridge = name === undefined || root === undefined ? undefined : linkOf(root, name);
  if (bridge === undefined || root === undefined) return [];
  if (!bridge.up)
    return [
      suspectNode(
        metadata,
        'BRIDGE_DOWN',
        'WARNING',
        `The bridge ${bridge.name} on ${metadata.name} is down: none of its pods reaches anything beyond it.`,
        { evidence: [bridge.source], remedy: `ip link set ${bridge.name} up on ${metadata.name}` },
      ),
    ];
  const families = new Set(bridge.addresses.filter(({ scope }) => scope === 'global').map(({ ip }) => familyOf(ip)));
  return [...families].flatMap((family) => checkBridgeNetfilter(root, metadata, bridge, family, 'BRIDGE_NF_OFF'));
}
