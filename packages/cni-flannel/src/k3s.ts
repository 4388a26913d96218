import type { Cluster, Node } from '@skoop/core';
import { rootOf, rulesOf, tablesOf } from '@skoop/core/cni';
import { type Family, contains, familyOf, formatPrefix, parsePrefix } from '@skoop/netstack';
import { mostFrequent } from './most-frequent.ts';
import type { NetConf } from './net-conf.ts';

/** Pods of a cluster for which nothing else was said. */
const STANDARD_NETWORK = '10.42.0.0/16';

/** k3s runs flanneld inside of itself: there is no pod of it, and no ConfigMap. */
export function isK3s({ status }: Node): boolean {
  return status.kubeletVersion.includes('+k3s');
}

/** What makes k3s set a node up again. */
export function k3sRestart({ metadata }: Node): string {
  const isServer = Object.keys(metadata.labels).some((label) => /^node-role\.kubernetes\.io\/(?:control-plane|master)$/.test(label));
  return `systemctl restart ${isServer ? 'k3s' : 'k3s-agent'} on ${metadata.name}`;
}

/**
 * flannel's configuration as k3s writes it (`pkg/agent/flannel/setup.go`). It stands in a file of the nodes; the words that k3s was started
 * with would tell it, and are not read, for a snapshot has no arguments in it. What the cluster's network is, most nodes' rules say.
 * `undefined` where no node is k3s'.
 */
export function readK3s(cluster: Cluster): NetConf | undefined {
  if (!cluster.nodes.some(isK3s)) return undefined;
  const written = ([4, 6] as const).flatMap((family) => networkInRules(cluster, family) ?? []);
  const networks = written.length > 0 ? written : standardNetwork(cluster);
  return {
    networks,
    // The nodes' annotations tell: `vxlan`, `host-gw`, `wireguard` (wireguard-native), `extension` (tailscale).
    backend: undefined,
    vni: undefined,
    port: undefined,
    directRouting: false,
    nftables: false,
    wireguardMode: 'separate',
    hairpin: true,
    // IPv6 only where k3s was asked to (`--flannel-ipv6-masq`).
    masquerades: networks.flatMap((network) => parsePrefix(network) ?? []).map(({ address }) => familyOf(address)),
  };
}

/** Whose pods flanneld hides on most nodes. */
function networkInRules(cluster: Cluster, family: Family): string | undefined {
  const namespaces = [...cluster.hosts.values()].flatMap((state) => (state.kind === 'dumped' ? (rootOf(state.host) ?? []) : []));
  const sources = namespaces
    .flatMap((ns) => tablesOf(ns, family, 'nat'))
    .flatMap((table) => rulesOf(table, 'FLANNEL-POSTRTG'))
    .filter(({ jump }) => jump === 'MASQUERADE')
    .flatMap(({ source }) => parsePrefix(source ?? '') ?? []);
  return mostFrequent(sources.map(formatPrefix));
}

function standardNetwork(cluster: Cluster): readonly string[] {
  const standard = parsePrefix(STANDARD_NETWORK);
  const cidrs = cluster.nodes.flatMap(({ spec }) => spec.podCIDRs).flatMap((text) => parsePrefix(text) ?? []);
  const isInside = cidrs.every(({ address }) => standard !== undefined && familyOf(address) === 4 && contains(standard, address));
  return isInside && cidrs.length > 0 ? [STANDARD_NETWORK] : [];
}
