import { readFileSync, readdirSync } from 'node:fs';
import { ARTIFACTS, type Artifact, type ArtifactName, type NamespaceDump } from '../artifact.ts';

/** Recorded dumps: two nodes and a pod of a Kubernetes cluster, and three namespaces with a bit of everything. */
export type Recording = 'node1' | 'node2' | 'pod' | 'lab' | 'lab-b' | 'lab-c';

/** A dump with these outputs; any other artifact is there and empty. */
export function dumpOf(outputs: Partial<Record<ArtifactName, string | Partial<Artifact>>>, id = 'ns'): NamespaceDump {
  const artifacts = new Map<ArtifactName, Artifact>();
  for (const name of ARTIFACTS) {
    const output = outputs[name] ?? '';
    artifacts.set(name, { text: '', status: 0, error: '', truncated: false, ...(typeof output === 'string' ? { text: output } : output) });
  }
  return { id, artifacts };
}

export function recorded(name: Recording): NamespaceDump {
  const folder = new URL(`${name}/`, import.meta.url);
  const outputs: Partial<Record<ArtifactName, string>> = {};
  for (const file of readdirSync(folder)) outputs[file as ArtifactName] = readFileSync(new URL(file, folder), 'utf8');
  return dumpOf(outputs, name);
}
