import type { Cluster, CniConfig, Evidence, Level, Node, Suspicion } from '@skoop/core';
import type { Family, Host, Link, NetworkNamespace, Topic } from '@skoop/netstack';
import { type Expectations, expectationsOf } from '../expectations.ts';
import { type FlannelNode, readNode } from '../flannel-node.ts';
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
}

/** `undefined` where the machine's own namespace is not in the dump. */
export function viewOf(cluster: Cluster, config: CniConfig, node: Node, host: Host): NodeView | undefined {
  const ns = host.namespaces.get(host.root);
  if (ns === undefined) return undefined;
  const settings = settingsOf(config);
  const own = readNode(node);
  const peers = cluster.nodes
    .filter(({ metadata }) => metadata.name !== own.name && metadata.deletionTimestamp === undefined)
    .map(readNode);
  return { cluster, settings, own, peers, expected: expectationsOf(settings, own, peers), ns };
}

/** `details` is what `configure` of this package made. */
export function settingsOf(config: CniConfig): Settings {
  return config.details as Settings;
}

/** Was all of these topics read? Where not, what is not there may only be unseen. */
export function seen(ns: NetworkNamespace, ...topics: readonly Topic[]): boolean {
  return !ns.gaps.some((gap) => gap.kind !== 'unsupported' && topics.includes(gap.topic));
}

export function linkOf(ns: NetworkNamespace, name: string): Link | undefined {
  return ns.links.find((link) => link.name === name);
}

/** The code, with the sentence, what it was read from, and what to do. */
export function suspect(
  own: FlannelNode,
  code: string,
  level: Level,
  message: string,
  options: { readonly evidence: readonly Evidence[]; readonly remedy: string },
): Suspicion {
  return { code, level, on: { type: 'node', id: own.name }, message, ...options };
}

/** flanneld sets everything up again when it starts. */
export function restart({ cluster, own }: Pick<NodeView, 'cluster' | 'own'>): string {
  const pod = cluster.pods.find(({ metadata, spec }) => spec.nodeName === own.name && metadata.labels['app'] === 'flannel');
  return pod === undefined ? `restart flanneld on ${own.name}` : `kubectl -n ${pod.metadata.namespace} delete pod ${pod.metadata.name}`;
}

/** Pods of the node that have a network of their own. */
export function hasPods({ cluster, own }: NodeView): boolean {
  return cluster.pods.some(
    ({ spec, status }) => spec.nodeName === own.name && !spec.hostNetwork && status.phase === 'Running' && status.podIPs.length > 0,
  );
}

export function ip(family: Family): string {
  return family === 4 ? 'ip' : 'ip -6';
}
