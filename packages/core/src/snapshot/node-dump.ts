import type { Artifact, ArtifactName } from '@skoop/netstack';

/** What one machine's collector printed. */
export interface NodeDump {
  readonly node: string;
  readonly meta: DumpMeta;
  /** The stream ended before its end: what arrived is here. */
  readonly truncated: boolean;
  /** What the collector could not read, and what was damaged on the way; each a sentence. */
  readonly problems: readonly string[];
  readonly namespaces: readonly CollectedNamespace[];
}

/** Of the machine and the run; '' where it is not known. */
export interface DumpMeta {
  readonly collector: string;
  readonly hostname: string;
  readonly kernel: string;
  /** ISO 8601, by the machine's own clock. */
  readonly started: string;
  /** How each tool was called, and its version; `-` where it was not found. */
  readonly tools: Readonly<Record<string, string>>;
}

export const NO_META: DumpMeta = { collector: '', hostname: '', kernel: '', started: '', tools: {} };

export type NamespaceKind = 'host' | 'pod' | 'other';

export interface CollectedNamespace {
  /** `host`, `pods/NAMESPACE_NAME`, `pods/UID` where no name was found, `netns/INODE`. */
  readonly folder: string;
  readonly kind: NamespaceKind;
  /** '' for what is not known: the uid in a laboratory, namespace and name of a pod known by its uid only. */
  readonly pod?: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly artifacts: ReadonlyMap<ArtifactName, Artifact>;
}

/** Key of a pod in the answer of `hostFromDump`. */
export function podKey(pod: { readonly namespace: string; readonly name: string; readonly uid: string }): string {
  return pod.name === '' ? pod.uid : `${pod.namespace}/${pod.name}`;
}

const FOLDER = /^(?:host|pods\/[A-Za-z0-9._-]+|netns\/[0-9]+)$/;

export function isFolder(text: string): boolean {
  return FOLDER.test(text) && !text.endsWith('/.') && !text.endsWith('/..');
}

/** What a folder's name alone says of a namespace, for a stream whose own word on it did not arrive. */
export function namespaceOfFolder(folder: string): Pick<CollectedNamespace, 'folder' | 'kind' | 'pod'> {
  if (folder === 'host') return { folder, kind: 'host' };
  if (!folder.startsWith('pods/')) return { folder, kind: 'other' };
  const name = folder.slice('pods/'.length);
  const split = name.indexOf('_');
  const pod =
    split === -1 ? { namespace: '', name: '', uid: name } : { namespace: name.slice(0, split), name: name.slice(split + 1), uid: '' };
  return { folder, kind: 'pod', pod };
}
