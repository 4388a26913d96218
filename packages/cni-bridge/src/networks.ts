import type { Cluster } from '@skoop/core';

/** A pod network, as its DaemonSet shows it. */
export interface KnownNetwork {
  /** As its makers write it. */
  readonly name: string;
  /** `DaemonSet kube-system/kindnet` */
  readonly because: string;
}

/** Names of the DaemonSets of networks that have no plugin in this package. */
const DAEMON_SETS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^calico-node$/, 'Calico'],
  [/^canal$/, 'Canal'],
  [/^cilium$/, 'Cilium'],
  [/^kube-flannel-ds/, 'flannel'],
  [/^terway/, 'Terway'],
  [/^aws-node$/, 'AWS VPC CNI'],
  [/^kube-router$/, 'kube-router'],
  [/^antrea-agent$/, 'Antrea'],
  [/^ovnkube-node/, 'OVN-Kubernetes'],
  [/^kube-ovn-cni$/, 'Kube-OVN'],
  [/^weave-net$/, 'Weave Net'],
  [/^azure-cns/, 'Azure CNI'],
  [/^anetd$/, 'GKE Dataplane V2'],
];

/** kindnet, as kind installs it: the plugin ptp, and a route to every other node. */
export function kindnetOf(cluster: Cluster): KnownNetwork | undefined {
  return daemonSet(cluster, [[/^kindnet$/, 'kindnet']]);
}

/** A network that this package knows by name alone. */
export function foreignNetworkOf(cluster: Cluster): KnownNetwork | undefined {
  return daemonSet(cluster, DAEMON_SETS);
}

function daemonSet(cluster: Cluster, known: typeof DAEMON_SETS): KnownNetwork | undefined {
  for (const { kind, metadata } of cluster.workloads) {
    const [, name] = (kind === 'DaemonSet' && known.find(([pattern]) => pattern.test(metadata.name))) || [];
    if (name !== undefined) return { name, because: `DaemonSet ${metadata.namespace}/${metadata.name}` };
  }
  return undefined;
}
