import type { Cluster } from '../cluster/cluster.ts';
import type { Pod } from '../cluster/objects.ts';

/** The program that sets a node up, and how it is made to do so again. */
export interface AgentSetup {
  /** As a sentence has it: `flannel`, `Calico`. */
  readonly network: string;
  /** What restarts it on the node: `kubectl -n kube-flannel delete pod kube-flannel-ds-xh6bt`. */
  readonly restart: string;
}

/**
 * The command that restarts the agent on a node: its pod is deleted, and its DaemonSet makes another.
 *
 * @param program what is to be restarted where no pod of it is known: `flanneld`
 */
export function restartCommand(cluster: Cluster, node: string, program: string, isAgent: (pod: Pod) => boolean): string {
  const pod = cluster.pods.find((one) => one.spec.nodeName === node && isAgent(one));
  return pod === undefined ? `restart ${program} on ${node}` : `kubectl -n ${pod.metadata.namespace} delete pod ${pod.metadata.name}`;
}
