import type { Cluster } from '../cluster/cluster.ts';
import type { Pod } from '../cluster/objects.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Endpoint } from '../contracts/packet.ts';

/** Whose namespace that is: the node's own, or a pod's. */
export function refOf(cluster: Cluster, host: string, namespace: string): NetNodeRef {
  const state = cluster.hosts.get(host);
  if (state?.kind === 'dumped' && namespace !== state.host.root)
    for (const [pod, id] of state.pods) if (id === namespace) return { type: 'pod', id: pod };
  return { type: 'node', id: host };
}

export function podOf(cluster: Cluster, ref: NetNodeRef): Pod | undefined {
  return ref.type === 'pod' ? cluster.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === ref.id) : undefined;
}

/** Where an end lives, as far as objects tell. */
export type Home =
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'pod'; readonly node: string; readonly pod: string; readonly hostNetwork: boolean }
  | { readonly kind: 'outside' };

export function homeOf(cluster: Cluster, end: Endpoint): Home {
  switch (end.kind) {
    case 'node':
      return { kind: 'node', node: end.name ?? '' };
    case 'pod': {
      const pod = cluster.pods.find(({ metadata }) => metadata.namespace === end.namespace && metadata.name === end.name);
      return pod === undefined
        ? { kind: 'outside' }
        : { kind: 'pod', node: pod.spec.nodeName, pod: `${end.namespace ?? ''}/${end.name ?? ''}`, hostNetwork: pod.spec.hostNetwork };
    }
    case 'service':
    case 'external':
    case 'ip':
      return { kind: 'outside' };
    default:
      return end.kind satisfies never;
  }
}

/** `pod default/web-1`, `node node1`: for a sentence. */
export function spoken(ref: NetNodeRef): string {
  return ref.type === 'external' ? `the outside host ${ref.id}` : ref.type === 'service' ? `Service ${ref.id}` : `${ref.type} ${ref.id}`;
}
