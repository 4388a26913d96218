import { isRecord, textOf } from '../cluster/raw-list.ts';
import type { SkoopError } from '../contracts/error.ts';
import { skoopError } from '../contracts/error.ts';
import type { Result } from '../contracts/result.ts';
import { err, ok } from '../contracts/result.ts';
import { decodeNodeDump } from './decode.ts';
import type { NodeDump } from './node-dump.ts';
import { fromFolder } from './node-index.ts';
import { readObjects } from './read-objects.ts';
import type { SnapshotData, SnapshotFiles, SnapshotManifest } from './snapshot-data.ts';
import { SNAPSHOT_FORMAT, isSafeName } from './snapshot-data.ts';

const TOP = ['manifest.json', 'objects', 'nodes', 'clouds'];

/** Understands a snapshot's files. What is broken is a problem and left out; only a later format and files that are no snapshot are errors. */
export async function fromFiles(all: SnapshotFiles): Promise<Result<SnapshotData, SkoopError>> {
  // In one order, however they came: a folder and its archive are the same snapshot.
  const files = new Map([...belowCommonFolder(all)].sort(([a], [b]) => (a < b ? -1 : 1)));
  const problems: string[] = [];
  const manifest = readManifest(files.get('manifest.json'), problems);
  if (manifest.formatVersion > SNAPSHOT_FORMAT) {
    return err(
      skoopError('SNAPSHOT_TOO_NEW', `the snapshot has format ${manifest.formatVersion}, this skoop reads ${SNAPSHOT_FORMAT}`, {
        remedy: `Update skoop${manifest.skoop === '' ? '' : ` to ${manifest.skoop} or later`}.`,
      }),
    );
  }
  const nodes = readNodes(files, problems);
  const objects = await readAllObjects(files, problems);
  const clouds = readClouds(files, problems);
  if (!files.has('manifest.json') && nodes.length === 0 && Object.keys(objects).length === 0) {
    return err(
      skoopError(
        'SNAPSHOT_INVALID',
        `this is no snapshot: it has no manifest.json, no objects/ and no nodes/${problems.length === 0 ? '' : ` (${problems.join('; ')})`}`,
        {
          remedy: 'Make one with: skoop snapshot --output FILE',
        },
      ),
    );
  }
  return ok({ manifest, objects, nodes, clouds, problems });
}

/** `tar czf x.tar.gz folder` puts everything below the folder's name. */
function belowCommonFolder(files: SnapshotFiles): SnapshotFiles {
  const firsts = new Set([...files.keys()].map((path) => path.split('/', 1)[0] ?? ''));
  const [first = ''] = firsts;
  if (firsts.size !== 1 || TOP.includes(first)) return files;
  return new Map([...files].map(([path, bytes]) => [path.slice(first.length + 1), bytes]));
}

function readManifest(bytes: Uint8Array | undefined, problems: string[]): SnapshotManifest {
  const value = bytes === undefined ? {} : parseJson(bytes);
  if (!isRecord(value)) problems.push("manifest.json can't be read: what the snapshot lacks is not known");
  const fields = isRecord(value) ? value : {};
  const missing = Array.isArray(fields['missing']) ? fields['missing'].filter(isRecord) : [];
  const { formatVersion } = fields;
  return {
    formatVersion: typeof formatVersion === 'number' && Number.isFinite(formatVersion) ? formatVersion : SNAPSHOT_FORMAT,
    created: textOf(fields['created']),
    skoop: textOf(fields['skoop']),
    clusterVersion: textOf(fields['clusterVersion']),
    missing: missing.map(({ what, why }) => ({ what: textOf(what), why: textOf(why) })),
  };
}

function readNodes(files: SnapshotFiles, problems: string[]): readonly NodeDump[] {
  const nodes = new Map<string, NodeDump>();
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const [path, bytes] of files) {
    const [, name = '', rest = ''] = /^nodes\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    if (name === '' || !isSafeName(name)) continue;
    if (rest !== '') {
      const folder = folders.get(name) ?? new Map<string, Uint8Array>();
      folders.set(name, folder.set(rest, bytes));
    } else if (name.endsWith('.dump')) {
      const node = name.slice(0, -'.dump'.length);
      const dump = decodeNodeDump(bytes);
      // The file's name is the node's, since a collector run by hand may not know it.
      if (dump.ok) nodes.set(node, { ...dump.value, node });
      else problems.push(`${path} is left out: ${dump.error.message}`);
    } else problems.push(`${path} is left out: neither a folder nor NAME.dump`);
  }
  for (const [name, folder] of folders) nodes.set(name, fromFolder(name, folder));
  return [...nodes.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}

async function readAllObjects(files: SnapshotFiles, problems: string[]): Promise<Readonly<Record<string, unknown>>> {
  const objects = new Map<string, unknown>();
  for (const [path, bytes] of files) {
    if (!path.startsWith('objects/')) continue;
    const read = await readObjects(bytes);
    if ('problem' in read) {
      problems.push(`${path} ${read.problem}`);
      continue;
    }
    const file = path.slice('objects/'.length);
    const name = file.replace(/\.(?:json|ya?ml)$/, '');
    objects.set(objects.has(name) ? file : name, read.list);
  }
  return Object.fromEntries(objects);
}

function readClouds(files: SnapshotFiles, problems: string[]): SnapshotData['clouds'] {
  const clouds = new Map<string, Map<string, unknown>>();
  for (const [path, bytes] of files) {
    const [, cloud, name] = /^clouds\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    if (cloud === undefined || name === undefined) continue;
    const value = parseJson(bytes);
    if (value === undefined) problems.push(`${path} can't be read: it is no JSON`);
    else clouds.set(cloud, (clouds.get(cloud) ?? new Map<string, unknown>()).set(name, value));
  }
  return Object.fromEntries([...clouds].map(([cloud, parts]) => [cloud, Object.fromEntries(parts)]));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
