import type { Family } from '@skoop/netstack';
import type { Pod } from '../cluster/objects.ts';
import type { Level, Suspicion } from '../contracts/suspicion.ts';

/** The code, with the sentence, what it was read from, and what to do. */
type Grounds = Pick<Suspicion, 'evidence' | 'remedy'>;

export function suspectNode(node: { readonly name: string }, code: string, level: Level, message: string, grounds: Grounds): Suspicion {
  return { code, level, on: { type: 'node', id: node.name }, message, ...grounds };
}

export function suspectPod(pod: Pod, code: string, level: Level, message: string, grounds: Grounds): Suspicion {
  return { code, level, on: { type: 'pod', id: podName(pod) }, message, ...grounds };
}

/** `default/web-1` */
export function podName({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** What a pod was made with stays until it is made anew. */
export function remakeCommand({ metadata }: Pod): string {
  return `kubectl -n ${metadata.namespace} delete pod ${metadata.name}, so that it is made anew`;
}

/** iproute2 for a family. */
export function ipCommand(family: Family): string {
  return family === 4 ? 'ip' : 'ip -6';
}
