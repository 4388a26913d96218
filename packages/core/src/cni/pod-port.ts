import { type Host, type Link, type NetworkNamespace, vethPeer } from '@skoop/netstack';
import { type Cluster, namespaceOfPod } from '../cluster/cluster.ts';
import type { Pod } from '../cluster/objects.ts';
import { hasNetwork } from '../cluster/has-network.ts';
import { linkOf, rootOf, seen } from './namespace.ts';

/** How a pod hangs on its node. */
export interface PodPort {
  /** The pod's own namespace. */
  readonly inside: NetworkNamespace;
  /** Its device `eth0`. */
  readonly link: Link;
  /** The node's namespace. */
  readonly root: NetworkNamespace;
  /** The other end of the pair; `undefined` where it is not in the node's namespace. */
  readonly outer: Link | undefined;
}

/** `undefined` where it can't be said: the pod or the node's devices were not dumped, or the pod has no `eth0`. */
export function podPort(cluster: Cluster, pod: Pod, host: Host): PodPort | undefined {
  const state = cluster.hosts.get(pod.spec.nodeName);
  const id = state?.kind === 'dumped' ? namespaceOfPod(state, pod) : undefined;
  const inside = id === undefined ? undefined : host.namespaces.get(id);
  const root = rootOf(host);
  if (id === undefined || inside === undefined || root === undefined || !seen(inside, 'links') || !seen(root, 'links')) return undefined;
  const link = linkOf(inside, 'eth0');
  if (link === undefined) return undefined;
  const peer = vethPeer(host, id, link.name);
  return { inside, link, root, outer: peer?.namespace === host.root ? linkOf(root, peer.device) : undefined };
}

/** Has the node pods that run in a network of their own, and are not being removed? */
export function hasPods({ pods }: Cluster, node: string): boolean {
  return pods.some((pod) => pod.spec.nodeName === node && hasNetwork(pod));
}
