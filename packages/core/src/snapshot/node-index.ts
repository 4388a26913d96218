import type { Artifact, ArtifactName } from '@skoop/netstack';
import { artifactOf, textOfBytes } from './artifact.ts';
import { ARTIFACTS } from '@skoop/netstack';
import { isRecord, textOf } from '../cluster/raw-list.ts';
import type { CollectedNamespace, DumpMeta, NodeDump } from './node-dump.ts';
import { NO_META, isFolder, namespaceOfFolder } from './node-dump.ts';
import type { SnapshotFiles } from './snapshot-data.ts';

/** `index.json` of a node's folder: what its raw files do not say. */
export function toIndex(dump: NodeDump): unknown {
  return {
    node: dump.node,
    meta: dump.meta,
    truncated: dump.truncated,
    problems: dump.problems,
    namespaces: dump.namespaces.map(({ folder, kind, pod, artifacts }) => ({
      folder,
      kind,
      ...(pod === undefined ? {} : { pod }),
      artifacts: Object.fromEntries([...artifacts].map(([name, { status, error, truncated }]) => [name, { status, error, truncated }])),
    })),
  };
}

/**
 * Puts a node's dump together from its folder. Without an index (files that somebody gathered by hand) every file counts as the output of a command
 * that went well.
 *
 * @param files of this node, by path under its folder
 */
export function fromFolder(node: string, files: SnapshotFiles): NodeDump {
  const problems: string[] = [];
  const indexBytes = files.get('index.json');
  const index = indexBytes === undefined ? undefined : parse(indexBytes);
  if (indexBytes !== undefined && !isRecord(index))
    problems.push(`nodes/${node}/index.json can't be read: it says which commands failed, so all of this node is doubtful`);
  if (!isRecord(index)) {
    return {
      node,
      meta: NO_META,
      truncated: indexBytes !== undefined,
      problems,
      namespaces: indexBytes === undefined ? withoutIndex(files) : [],
    };
  }
  const listed = Array.isArray(index['namespaces']) ? index['namespaces'].filter(isRecord) : [];
  const namespaces = listed.flatMap((entry) => {
    const folder = textOf(entry['folder']);
    return isFolder(folder) ? [namespaceOf(node, folder, entry, files, problems)] : [];
  });
  const lost = problems.length > 0;
  const said = Array.isArray(index['problems']) ? index['problems'].map(String) : [];
  return {
    node,
    meta: metaOf(index['meta']),
    truncated: index['truncated'] === true || lost,
    problems: [...said, ...problems],
    namespaces,
  };
}

function namespaceOf(
  node: string,
  folder: string,
  entry: Readonly<Record<string, unknown>>,
  files: SnapshotFiles,
  problems: string[],
): CollectedNamespace {
  const listed = isRecord(entry['artifacts']) ? entry['artifacts'] : {};
  const artifacts = new Map<ArtifactName, Artifact>();
  for (const [name, about] of Object.entries(listed)) {
    const bytes = files.get(`${folder}/${name}`);
    if (!isArtifactName(name) || !isRecord(about)) continue;
    if (bytes === undefined) {
      problems.push(`nodes/${node}/${folder}/${name} is missing`);
      continue;
    }
    const status = typeof about['status'] === 'number' ? about['status'] : 1;
    artifacts.set(name, artifactOf(bytes, { status, error: textOf(about['error']), truncated: about['truncated'] === true }));
  }
  const kind = entry['kind'];
  const pod = entry['pod'];
  const identity = namespaceOfFolder(folder);
  if (kind !== 'host' && kind !== 'other' && kind !== 'pod') return { ...identity, artifacts };
  if (!isRecord(pod)) return { ...(kind === 'pod' ? identity : { folder, kind }), artifacts };
  return { folder, kind, pod: { namespace: textOf(pod['namespace']), name: textOf(pod['name']), uid: textOf(pod['uid']) }, artifacts };
}

function withoutIndex(files: SnapshotFiles): readonly CollectedNamespace[] {
  const folders = new Map<string, Map<ArtifactName, Artifact>>();
  for (const [path, bytes] of files) {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(slash, 0));
    const name = path.slice(slash + 1);
    if (!isFolder(folder) || !isArtifactName(name)) continue;
    const artifacts = folders.get(folder) ?? new Map<ArtifactName, Artifact>();
    folders.set(folder, artifacts);
    artifacts.set(name, artifactOf(bytes, { status: 0, error: '', truncated: false }));
  }
  return [...folders].map(([folder, artifacts]) => ({ ...namespaceOfFolder(folder), artifacts }));
}

const NAMES: ReadonlySet<string> = new Set(ARTIFACTS);

function isArtifactName(name: string): name is ArtifactName {
  return NAMES.has(name);
}

function metaOf(value: unknown): DumpMeta {
  if (!isRecord(value)) return NO_META;
  const tools = isRecord(value['tools']) ? Object.entries(value['tools']).map(([name, version]) => [name, textOf(version)] as const) : [];
  const { collector, hostname, kernel, started } = value;
  return {
    collector: textOf(collector),
    hostname: textOf(hostname),
    kernel: textOf(kernel),
    started: textOf(started),
    tools: Object.fromEntries(tools),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOfBytes(bytes));
  } catch {
    return undefined;
  }
}
