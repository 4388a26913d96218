import type { Cluster, ClusterFacts } from '@skoop/core';
import { KUBE_PROXY_CONFIG } from '@skoop/core';

/** What was detected of a cluster, or said by flags, and what tells it. */
export function factsOf(
  cluster: Cluster,
  chosen: {
    readonly provider: string;
    readonly providerBecause: readonly string[];
    readonly cni: string;
    readonly cniBecause: readonly string[];
    readonly proxyMode: string | undefined;
  },
): ClusterFacts {
  const proxy = proxyModeOf(cluster, chosen.proxyMode);
  return {
    version: cluster.version,
    provider: chosen.provider,
    cni: chosen.cni,
    proxyMode: proxy.mode,
    ipFamilies: familiesOf(cluster),
    detectedFrom: [
      ...chosen.providerBecause.map((because) => `provider ${chosen.provider}: ${because}`),
      ...chosen.cniBecause.map((because) => `CNI ${chosen.cni}: ${because}`),
      `proxy mode ${proxy.mode}: ${proxy.because}`,
    ],
  };
}

/** kube-proxy's configuration as kubeadm stores it; its mode is iptables where it says none. */
function proxyModeOf(cluster: Cluster, override: string | undefined): { readonly mode: string; readonly because: string } {
  if (override !== undefined) return { mode: override, because: '--proxy-mode' };
  const [namespace, name] = KUBE_PROXY_CONFIG.split('/');
  const config = cluster.configMaps.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  if (config === undefined) return { mode: 'unknown', because: `there is no ConfigMap ${KUBE_PROXY_CONFIG}` };
  const text = config.data['config.conf'] ?? Object.values(config.data).join('\n');
  const mode = /^mode:[ \t]*["']?([a-z]*)["']?[ \t]*$/m.exec(text)?.[1] ?? '';
  return { mode: mode === '' ? 'iptables' : mode, because: `ConfigMap ${KUBE_PROXY_CONFIG}` };
}

/** Of the pods' addresses, the first family first. */
function familiesOf(cluster: Cluster): ClusterFacts['ipFamilies'] {
  const families = new Set<'IPv4' | 'IPv6'>();
  for (const node of cluster.nodes) for (const cidr of node.spec.podCIDRs) families.add(cidr.includes(':') ? 'IPv6' : 'IPv4');
  if (families.size === 0)
    for (const pod of cluster.pods) for (const ip of pod.status.podIPs) families.add(ip.includes(':') ? 'IPv6' : 'IPv4');
  return [...families];
}
