import type { Finding } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import { keyOf } from './owners.ts';
import { objectEvidence } from './suspect.ts';

/** What is not there has no line in a dump: the evidence is then the object's field by which it was looked for there. */
export function groundsOf(cluster: Cluster, { code, evidence }: Finding, { type, id }: NetNodeRef): readonly Evidence[] {
  if (evidence.length > 0 || (code !== 'SOCKET_NOT_LISTENING' && code !== 'COLLECT_ARTIFACT_MISSING')) return evidence;
  const isSocket = code === 'SOCKET_NOT_LISTENING';
  const pod = type === 'pod' ? cluster.pods.find((one) => keyOf(one) === id) : undefined;
  if (pod !== undefined)
    return [
      isSocket
        ? objectEvidence('Pod', pod, '/status/podIPs', pod.status.podIPs)
        : objectEvidence('Pod', pod, '/spec/nodeName', pod.spec.nodeName),
    ];
  const node = type === 'node' ? cluster.nodes.find(({ metadata }) => metadata.name === id) : undefined;
  if (node === undefined) return [];
  return [
    isSocket
      ? objectEvidence('Node', node, '/status/addresses', node.status.addresses)
      : objectEvidence('Node', node, '/metadata/name', node.metadata.name),
  ];
}
