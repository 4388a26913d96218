import type { Cluster, Node } from '@skoop/core';
import { contains, familyOf, parsePrefix } from '@skoop/netstack';
import type { NetConf } from './net-conf.ts';

/** k3s writes its own command line (its configuration file included) here, as a JSON list of words; `--flag=value` are two of them. */
const ARGUMENTS = 'k3s.io/node-args';

/** Pods of a cluster for which nothing else was said. */
const STANDARD_NETWORK = '10.42.0.0/16';

/** k3s runs flanneld inside of itself: there is no pod of it, and no ConfigMap. */
export function isK3s({ status }: Node): boolean {
  return status.kubeletVersion.includes('+k3s');
}

/** What makes k3s set a node up again. */
export function k3sRestart(node: Node): string {
  return `systemctl restart ${wordsOf(node)[0] === 'agent' ? 'k3s-agent' : 'k3s'} on ${node.metadata.name}`;
}

/**
 * flannel's configuration as k3s writes it (`pkg/agent/flannel/setup.go`): for the one backend that the servers were started with.
 * `undefined` where no node is k3s', or it was given a configuration of the user's (`--flannel-conf`), which nothing shows.
 */
export function readK3s(cluster: Cluster): NetConf | undefined {
  const nodes = cluster.nodes.filter(isK3s);
  const words = nodes.map(wordsOf);
  if (nodes.length === 0 || words.some((one) => one.includes('--flannel-conf'))) return undefined;
  const server = words.find(([first]) => first === 'server') ?? [];
  const said = valuesOf(server, '--cluster-cidr');
  return {
    networks: said.length > 0 ? said : standardNetwork(cluster),
    backend: backendOf(valuesOf(server, '--flannel-backend')[0]),
    vni: undefined,
    port: 0,
    directRouting: false,
    nftables: false,
    wireguardMode: 'separate',
    hairpin: true,
    masquerades: server.includes('--flannel-ipv6-masq') ? [4, 6] : [4],
  };
}

/** As flannel names it; `undefined` where the nodes' annotations must tell. */
function backendOf(k3s: string | undefined): string | undefined {
  switch (k3s) {
    case 'wireguard-native':
      return 'wireguard';
    case 'tailscale':
      return 'extension';
    case 'vxlan':
    case 'host-gw':
      return k3s;
    default:
      return undefined;
  }
}

function standardNetwork(cluster: Cluster): readonly string[] {
  const standard = parsePrefix(STANDARD_NETWORK);
  const cidrs = cluster.nodes.flatMap(({ spec }) => spec.podCIDRs).flatMap((text) => parsePrefix(text) ?? []);
  const isInside = cidrs.every(({ address }) => standard !== undefined && familyOf(address) === 4 && contains(standard, address));
  return isInside && cidrs.length > 0 ? [STANDARD_NETWORK] : [];
}

function wordsOf({ metadata }: Node): readonly string[] {
  try {
    const words: unknown = JSON.parse(metadata.annotations[ARGUMENTS] ?? '[]');
    return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
  } catch {
    return [];
  }
}

/** The flag may be given several times, with several values each. */
function valuesOf(words: readonly string[], flag: string): readonly string[] {
  return words.flatMap((word, i) => (word === flag ? (words[i + 1] ?? '').split(',') : [])).filter((value) => value !== '');
}
