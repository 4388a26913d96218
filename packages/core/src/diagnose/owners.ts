import { type Ip, contains, familyOf, parseIp, parsePrefix } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Pod, Service } from '../cluster/objects.ts';

/** What an address belongs to. `pod-network`: inside a node's pod CIDR, and nobody's. */
export type Owner =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'service'; readonly service: Service; readonly by: 'cluster-ip' | 'external-ip' | 'load-balancer' }
  | { readonly kind: 'pod-network'; readonly cidr: string }
  | { readonly kind: 'external' };

/** Who has this address? Nodes before pods: a pod on the host's network has its node's. */
export function ownerOfAddress(cluster: Cluster, ip: Ip): Owner {
  for (const service of cluster.services) {
    const by = serviceAddress(service, ip);
    if (by !== undefined) return { kind: 'service', service, by };
  }
  const node = nodeByAddress(cluster, ip);
  if (node !== undefined) return { kind: 'node', node };
  const pod = podByAddress(cluster, ip);
  if (pod !== undefined) return { kind: 'pod', pod };
  const network = podNetworkOf(cluster, ip);
  return network === undefined ? { kind: 'external' } : { kind: 'pod-network', cidr: network.cidr };
}

/** The node whose pods have addresses like that, and the network that they are of. */
export function podNetworkOf({ nodes }: Cluster, ip: Ip): { readonly node: string; readonly cidr: string } | undefined {
  for (const { metadata, spec } of nodes) {
    const cidr = spec.podCIDRs.find((text) => within(text, ip));
    if (cidr !== undefined) return { node: metadata.name, cidr };
  }
  return undefined;
}

function serviceAddress({ spec, status }: Service, ip: Ip): 'cluster-ip' | 'external-ip' | 'load-balancer' | undefined {
  const is = (text: string): boolean => parseIp(text) === ip;
  if (spec.clusterIPs.some(is)) return 'cluster-ip';
  if (spec.externalIPs.some(is)) return 'external-ip';
  return status.ingress.some((ingress) => is(ingress.ip)) ? 'load-balancer' : undefined;
}

function nodeByAddress(cluster: Cluster, ip: Ip): Node | undefined {
  const told = cluster.nodes.find((node) => node.status.addresses.some(({ address }) => parseIp(address) === ip));
  if (told !== undefined) return told;
  // An address that only the kernel knows (a bridge's, a second uplink's) counts where one machine alone has it.
  const holders = [...cluster.hosts].filter(([, state]) => {
    const root = state.kind === 'dumped' ? state.host.namespaces.get(state.host.root) : undefined;
    return root?.links.some((link) => link.device.kind !== 'loopback' && link.addresses.some((address) => address.ip === ip)) ?? false;
  });
  const [only] = holders;
  return holders.length === 1 && only !== undefined ? cluster.nodes.find((node) => node.metadata.name === only[0]) : undefined;
}

/** The pod that has the address to itself. One that is being deleted counts only where no other has it. */
export function podByAddress(cluster: Cluster, ip: Ip): Pod | undefined {
  const pods = cluster.pods.filter(
    (pod) => !pod.spec.hostNetwork && !isFinished(pod) && pod.status.podIPs.some((text) => parseIp(text) === ip),
  );
  return pods.find((pod) => pod.metadata.deletionTimestamp === undefined) ?? pods[0];
}

function within(cidr: string, ip: Ip): boolean {
  const prefix = parsePrefix(cidr);
  return prefix !== undefined && contains(prefix, ip);
}

export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

export function isNodeReady(node: Node): boolean {
  return node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** The first address of that family, or the first at all. */
export function pickAddress(addresses: readonly string[], family: 4 | 6 | undefined): string | undefined {
  return addresses.find((text) => {
    const ip = parseIp(text);
    return ip !== undefined && (family === undefined || familyOf(ip) === family);
  });
}

export function internalAddresses(node: Node): readonly string[] {
  return node.status.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}

export function keyOf({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }): string {
  return metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
