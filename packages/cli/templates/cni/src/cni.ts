import type { Cluster, CniPlugin, Workload } from '@skoop/core';
import { config } from './config.js';

/** The agent that sets up the nodes: what the cluster is recognised by. */
function agentOf(cluster: Cluster): Workload | undefined {
  return cluster.workloads.find(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === '__NAME__-agent');
}

const cni: CniPlugin = {
  name: '__NAME__',
  contract: '^1.0',
  detect(cluster) {
    const agent = agentOf(cluster);
    return agent === undefined
      ? { score: 0, because: [] }
      : { score: 90, because: [`DaemonSet ${agent.metadata.namespace}/${agent.metadata.name}`] };
  },
  configure: (cluster, reader) => ({
    podCidrs: cluster.nodes.flatMap(({ spec }) => spec.podCIDRs),
    details: { bridge: reader.config(config).bridge },
  }),
  checkPod: () => [],
  checkNode(_cluster, { details }, node, host) {
    const bridge = host.namespaces.get(host.root)?.links.find(({ name }) => name === details['bridge']);
    // Not there: perhaps it was not read, perhaps there is no pod yet. What is missing is not taken for broken.
    if (bridge === undefined || bridge.up) return [];
    return [
      {
        code: '__AREA___BRIDGE_DOWN',
        level: 'WARNING',
        on: { type: 'node', id: node.metadata.name },
        message: `The bridge ${bridge.name} on ${node.metadata.name} is down: none of its pods reaches anything.`,
        evidence: [bridge.source],
        remedy: `ip link set ${bridge.name} up on ${node.metadata.name}`,
      },
    ];
  },
  // The kinds of policies that this network enforces: ['NetworkPolicy'].
  enforces: [],
};

export default cni;
