import type { Cluster, CniConfig, Node } from '@skoop/core';
import { type AgentSetup, otherNodes, restartCommand, rootOf } from '@skoop/core/cni';
import type { Host, NetworkNamespace } from '@skoop/netstack';
import { type Expectations, expectationsOf } from '../expectations.ts';
import { type FlannelNode, readNode } from '../flannel-node.ts';
import { isK3s, k3sRestart } from '../k3s.ts';
import type { Settings } from '../settings.ts';

/** All that the checks of one node look at. */
export interface NodeView {
  readonly cluster: Cluster;
  readonly settings: Settings;
  readonly own: FlannelNode;
  readonly peers: readonly FlannelNode[];
  readonly expected: Expectations;
  /** The node's own namespace. */
  readonly ns: NetworkNamespace;
  /** flanneld sets everything up again when it starts. */
  readonly agent: AgentSetup;
}

/** `undefined` where the machine's own namespace is not in the dump. */
export function viewOf(cluster: Cluster, config: CniConfig, node: Node, host: Host): NodeView | undefined {
  const ns = rootOf(host);
  if (ns === undefined) return undefined;
  const settings = settingsOf(config);
  const own = readNode(node);
  const peers = otherNodes(cluster, own.name).map(readNode);
  const restart = isK3s(node)
    ? k3sRestart(node)
    : restartCommand(cluster, own.name, 'flanneld', ({ metadata }) => metadata.labels['app'] === 'flannel');
  return { cluster, settings, own, peers, expected: expectationsOf(settings, own, peers), ns, agent: { network: 'flannel', restart } };
}

/** `details` is what `configure` of this package made. */
export function settingsOf(config: CniConfig): Settings {
  return config.details as Settings;
}
