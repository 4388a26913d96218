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

/** Releases whose tools have told of one state of a kernel (lab/kernel/versions), by what holds their tools: Debian 11, 12, 13, and busybox alone. */
const RELEASES = ['bullseye', 'bookworm', 'trixie', 'busybox'] as const;
export type Release = (typeof RELEASES)[number];

/** A namespace as the collector tells it with the tools of a release: `host`, `pod`, `xtables`, `kube`, `words`, `vmaps`. */
export function recordedWith(release: Release, namespace: string): NamespaceDump {
  const folder = namespace === 'host' ? 'host/' : `pods/lab_${namespace}/`;
  const outputs: Partial<Record<ArtifactName, Artifact>> = {};
  const files = partsOf(release);
  for (const name of ARTIFACTS) {
    const part = files.get(`${folder}${name}`);
    const error = files.get(`${folder}${name}.err`)?.text ?? '';
    if (part !== undefined) outputs[name] = { ...part, error, truncated: false };
  }
  return dumpOf(outputs, namespace);
}

/** The first line of each tool's version, by the tool. */
export function toolsOf(release: Release): ReadonlyMap<string, string> {
  const meta = partsOf(release).get('meta')?.text ?? '';
  return new Map([...meta.matchAll(/^tool (\S+) .*?: (.*)$/gm)].map(([, tool = '', version = '']) => [tool, version]));
}

function partsOf(release: Release): ReadonlyMap<string, { readonly text: string; readonly status: number }> {
  const bytes = readFileSync(new URL(`versions/${release}.dump`, import.meta.url));
  const parts = new Map<string, { text: string; status: number }>();
  for (let at = bytes.indexOf('\n') + 1; ; ) {
    const end = bytes.indexOf('\n', at);
    const [mark, path = '', size, status] = bytes.toString('utf8', at, end).split(' ');
    if (mark !== '@') return parts;
    parts.set(path, { text: bytes.toString('utf8', end + 1, end + 1 + Number(size)), status: Number(status) });
    at = end + 1 + Number(size) + 1;
  }
}
