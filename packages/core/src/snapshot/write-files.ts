import type { SkoopError } from '../contracts/error.ts';
import { skoopError } from '../contracts/error.ts';
import type { CustomResource } from '../contracts/manifest.ts';
import type { Result } from '../contracts/result.ts';
import { err, ok } from '../contracts/result.ts';
import { allowed } from './allow-list.ts';
import { toIndex } from './node-index.ts';
import type { SnapshotData, SnapshotFiles } from './snapshot-data.ts';
import { isSafeName } from './snapshot-data.ts';

export interface WriteOptions {
  /** Keys, or beginnings of keys, of the annotations that a plugin reads; others do not enter. */
  readonly annotations: readonly string[];
  /** Of further API groups, with the fields that a plugin reads. */
  readonly resources?: readonly CustomResource[];
}

/** The files of a snapshot. What matters most comes first, for an archive that is cut on its way. */
export function toFiles(data: Omit<SnapshotData, 'problems'>, { annotations, resources }: WriteOptions): Result<SnapshotFiles, SkoopError> {
  const files = new Map<string, Uint8Array>();
  const bad: string[] = [];
  const put = (path: string, content: string): void => void files.set(path, Buffer.from(content));
  const named = (name: string, path: string): string => {
    if (!isSafeName(name)) bad.push(path);
    return path;
  };
  put('manifest.json', json(data.manifest));
  for (const [resource, list] of Object.entries(data.objects)) {
    const { list: kept, hasSecrets } = allowed(list, annotations, resources);
    if (hasSecrets) return err(secret(resource));
    put(named(resource, `objects/${resource}.json`), json(kept));
  }
  for (const dump of data.nodes) {
    const folder = named(dump.node, `nodes/${dump.node}`);
    put(`${folder}/index.json`, json(toIndex(dump)));
    for (const namespace of dump.namespaces) {
      for (const [name, artifact] of namespace.artifacts) put(`${folder}/${namespace.folder}/${name}`, artifact.text);
    }
  }
  for (const [cloud, parts] of Object.entries(data.clouds)) {
    for (const [name, value] of Object.entries(parts)) put(named(cloud, named(name, `clouds/${cloud}/${name}.json`)), json(value));
  }
  return bad.length === 0
    ? ok(files)
    : err(skoopError('SNAPSHOT_NAME', `this can't be the name of a file in a snapshot: ${bad.join(', ')}`));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}

function secret(resource: string): SkoopError {
  return skoopError('SNAPSHOT_SECRET', `objects/${resource} has Secrets in it: they never enter a snapshot`, {
    remedy: 'Leave the resource out.',
  });
}
