import type { Node, Pod } from '../cluster/objects.ts';
import type { Level, Suspicion } from '../contracts/suspicion.ts';
import { keyOf } from '../diagnose/owners.ts';
import { objectEvidence, suspect } from '../diagnose/suspect.ts';

/** What the API says of a node that is not ready. */
export function nodeNotReady(node: Node, level: Level): Suspicion {
  const { name } = node.metadata;
  const ready = node.status.conditions.find(({ type }) => type === 'Ready');
  return suspect(
    'NODE_NOT_READY',
    level,
    { type: 'node', id: name },
    `Node ${name} is not ready: ${ready === undefined ? 'it has no such condition' : `${ready.reason}${ready.message === '' ? '' : `, ${ready.message}`}`}`,
    {
      evidence: [objectEvidence('Node', node, '/status/conditions', ready ?? null)],
      remedy: `kubectl describe node ${name}; look whether the machine runs, has its network, and its kubelet.`,
    },
  );
}

/** What the API says of a pod that is not ready. */
export function podNotReady(pod: Pod, level: Level): Suspicion {
  const ready = pod.status.conditions.find(({ type }) => type === 'Ready');
  const why =
    ready === undefined || ready.reason === ''
      ? `its phase is ${pod.status.phase}`
      : `${ready.reason}${ready.message === '' ? '' : `, ${ready.message}`}`;
  return suspect('POD_NOT_READY', level, { type: 'pod', id: keyOf(pod) }, `Pod ${keyOf(pod)} is not ready: ${why}`, {
    evidence: [objectEvidence('Pod', pod, '/status/conditions', ready ?? null)],
    remedy: `kubectl describe pod -n ${pod.metadata.namespace} ${pod.metadata.name}`,
  });
}
