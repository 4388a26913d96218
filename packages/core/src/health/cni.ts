import type { Host } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Pod } from '../cluster/objects.ts';
import type { CniConfig, CniPlugin } from '../contracts/cni-plugin.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { suspect } from '../diagnose/suspect.ts';

/** A CNI plugin with the configuration that it has read. */
export interface ConfiguredCni {
  readonly plugin: CniPlugin;
  readonly config: CniConfig;
}

/** What the CNI's plugin finds wrong with a node. A plugin that throws is told of; the rest goes on. */
export function cniChecksOfNode(cluster: Cluster, cni: ConfiguredCni | undefined, node: Node, host: Host): readonly Suspicion[] {
  return cni === undefined ? [] : guarded(cni.plugin, node.metadata.name, () => cni.plugin.checkNode(cluster, cni.config, node, host));
}

/** The same of a pod; `host` is the node that it runs on. */
export function cniChecksOfPod(cluster: Cluster, cni: ConfiguredCni | undefined, pod: Pod, host: Host): readonly Suspicion[] {
  return cni === undefined ? [] : guarded(cni.plugin, host.id, () => cni.plugin.checkPod(cluster, cni.config, pod, host));
}

function guarded(plugin: CniPlugin, node: string, run: () => readonly Suspicion[]): readonly Suspicion[] {
  try {
    return [...run()];
  } catch (error) {
    return [
      suspect(
        'COLLECT_CHECK_FAILED',
        'INFO',
        { type: 'node', id: node },
        `The checks of plugin ${plugin.name} on ${node} ended with an error: ${error instanceof Error ? error.message : String(error)}`,
        { remedy: 'Report it to the author of the plugin; the rest of the answer does not depend on it.' },
      ),
    ];
  }
}
