import type { Diagnosis, Evidence } from '@skoop/core';
import type { Seen } from './connection.ts';

/** The router on the nodes' wire: no part of the cluster, so what it refuses may as well be silence. */
const GATEWAY = '172.30.0.1';

/** The verdict that a real connection stands for. An error that an unseen gateway sends is what becomes of a packet that left the cluster. */
export function verdictOf({ verdict, from }: Seen): Seen['verdict'] {
  return from === GATEWAY ? 'dropped' : verdict;
}

/** A fact that is named, as a cause or beside. What is said of it: its message, and its evidence as `artifact: text` or `Kind namespace/name: /field value`. */
export interface Fact {
  readonly code: string;
  readonly on: string;
  readonly isCause: boolean;
  readonly said: readonly string[];
}

export function factsOf({ suspicions }: Diagnosis): readonly Fact[] {
  return suspicions.map(({ code, on, cause, message, evidence }) => ({
    code,
    on: `${on.type}/${on.id}`,
    isCause: cause,
    said: [message, ...evidence.map(shown)],
  }));
}

function shown(evidence: Evidence): string {
  if ('artifact' in evidence) return `${evidence.artifact.replace(/.*\//, '')}: ${evidence.text}`;
  const { kind, namespace = '', name } = evidence.object;
  return `${kind} ${namespace}/${name}: ${evidence.path} ${JSON.stringify(evidence.value)}`;
}
