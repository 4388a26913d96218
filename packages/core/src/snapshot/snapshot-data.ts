import type { NodeDump } from './node-dump.ts';

/** The newest version of a snapshot's layout that is understood, and the one that is written. */
export const SNAPSHOT_FORMAT = 1;

export interface SnapshotManifest {
  readonly formatVersion: number;
  /** ISO 8601; '' for one that was put together by hand. */
  readonly created: string;
  /** The version of skoop that wrote it; '' where none did. */
  readonly skoop: string;
  /** Of the cluster, `v1.34.4`; '' where unknown. */
  readonly clusterVersion: string;
  /** What could not be collected, and why. */
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/** A cluster in a file. */
export interface SnapshotData {
  readonly manifest: SnapshotManifest;
  /** Raw Kubernetes lists by resource (`pods`, `networkpolicies.crd.projectcalico.org`), or by file name where users put them. */
  readonly objects: Readonly<Record<string, unknown>>;
  /** By name, in its order. */
  readonly nodes: readonly NodeDump[];
  /** What providers read, by provider and then by their own names. */
  readonly clouds: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What of the file could not be read; each a sentence. */
  readonly problems: readonly string[];
}

/** A snapshot's files by path, as they are in its folder or archive. */
export type SnapshotFiles = ReadonlyMap<string, Uint8Array>;

/** Names that may stand in a path: of nodes, resources, clouds. */
export function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(name);
}
