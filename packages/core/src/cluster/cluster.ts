import type { Host } from '@skoop/netstack';
import type { ConfigMap, CustomObject, EndpointSlice, Namespace, Node, Pod, Policy, Service, Workload } from './objects.ts';

/** Everything that is known of a cluster: its objects, and the kernels that were dumped. One interface, read live or from a snapshot. */
export interface Cluster {
  /** `v1.34.4`; '' where unknown. */
  readonly version: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly namespaces: readonly Namespace[];
  readonly workloads: readonly Workload[];
  /** Those that say how the network is set up: kube-proxy's, and those that a plugin names. */
  readonly configMaps: readonly ConfigMap[];
  readonly policies: readonly Policy[];
  /** What plugins name of further API groups, by `ippools.crd.projectcalico.org`. Not in it: the server does not have it, or `missing` says why. */
  readonly custom: ReadonlyMap<string, readonly CustomObject[]>;
  /** By node name. A node that is not in it was not asked for. */
  readonly hosts: ReadonlyMap<string, NodeState>;
  /** What could not be read from the API, and why. */
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/** `dumped`: as much as `gaps` of its namespaces lets through. `missing`: the node gave no dump. */
export type NodeState =
  | { readonly kind: 'dumped'; readonly host: Host; readonly pods: ReadonlyMap<string, string>; readonly truncated: boolean }
  | { readonly kind: 'missing'; readonly why: string };

/** Key of the pod's namespace in the host of its node: by its name, or by its uid, which is all that some dumps have. */
export function namespaceOfPod({ pods }: Extract<NodeState, { kind: 'dumped' }>, { metadata }: Pod): string | undefined {
  return pods.get(`${metadata.namespace}/${metadata.name}`) ?? pods.get(metadata.uid);
}
