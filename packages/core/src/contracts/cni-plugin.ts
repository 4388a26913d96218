import type { DeviceModel, Host } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Pod } from '../cluster/objects.ts';
import type { ConfigReader } from './context.ts';
import type { Suspicion } from './suspicion.ts';

/** How sure a plugin is that the cluster is its own: 0 not at all, 100 beyond doubt; and what it saw. */
export interface Confidence {
  readonly score: number;
  /** `ConfigMap kube-flannel/kube-flannel-cfg`, `node annotation flannel.alpha.coreos.com/backend-type`, … */
  readonly because: readonly string[];
}

export type PolicyKind = 'NetworkPolicy' | 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy' | (string & {});

/** What is the same for every CNI once its configuration is read; a plugin may carry more in `details`. */
export interface CniConfig {
  /** Pod networks of the whole cluster, as text prefixes. */
  readonly podCidrs: readonly string[];
  readonly mtu?: number;
  /** The backend, mode or data plane, in the CNI's own word. */
  readonly mode?: string;
  /** Where it depends on the cluster: overrides the plugin's `enforces`. `unknown`: whether policies have an effect can't be said. */
  readonly enforces?: readonly PolicyKind[] | 'unknown';
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * A pod network. Checks are pure: the same dumps and objects give the same suspicions, and nothing that is missing is taken for broken.
 */
export interface CniPlugin {
  readonly name: string;
  readonly contract: string;
  detect(cluster: Cluster): Confidence;
  configure(cluster: Cluster, config: ConfigReader): CniConfig;
  /** `host` is the node that the pod runs on. */
  checkPod(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[];
  checkNode(cluster: Cluster, config: CniConfig, node: Node, host: Host): readonly Suspicion[];
  /** The kinds of policy objects that this CNI enforces; others have no effect. */
  readonly enforces: readonly PolicyKind[];
  /** For devices whose data path the kernel's tables do not show (eBPF, OVS, a program that tunnels), asked once a host. */
  devices?(host: Host, cluster: Cluster, config: CniConfig): readonly DeviceModel[];
}
