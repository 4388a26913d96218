import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { SkoopError } from '../contracts/error.ts';
import { skoopError } from '../contracts/error.ts';
import type { Result } from '../contracts/result.ts';
import { err, ok } from '../contracts/result.ts';
import type { SnapshotData, SnapshotFiles } from './snapshot-data.ts';
import type { WriteOptions } from './write-files.ts';
import { toFiles } from './write-files.ts';

/**
 * Writes a snapshot.
 *
 * @param target a stream, which gets the archive and is not ended where it is the process's own output; or a path: an existing folder that is empty,
 *   or a path that ends with `/`, becomes a folder, everything else a `.tar.gz`, which is there whole or not at all
 * @returns errors with exit status 2: `SNAPSHOT_SECRET`, `SNAPSHOT_NAME`, `SNAPSHOT_TARGET` (can't be written)
 */
export async function writeSnapshot(
  data: Omit<SnapshotData, 'problems'>,
  target: string | Writable,
  options: WriteOptions = { annotations: [] },
): Promise<Result<void, SkoopError>> {
  const files = toFiles(data, options);
  if (!files.ok) return files;
  try {
    if (typeof target !== 'string') await pack(files.value, target);
    else if (target.endsWith('/') || (await isFolder(target))) await writeFolder(files.value, target);
    else await writeArchive(files.value, target);
    return ok(undefined);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return err(
      skoopError('SNAPSHOT_TARGET', `the snapshot can't be written: ${message}`, { remedy: 'Choose another --output.', cause: error }),
    );
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function writeFolder(files: SnapshotFiles, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  if ((await readdir(root)).length > 0) throw new Error(`the folder ${root} is not empty`);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

async function writeArchive(files: SnapshotFiles, path: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pack(files, createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function pack(files: SnapshotFiles, target: Writable): Promise<void> {
  const { pack: tar } = await import('tar-stream');
  const archive = tar();
  const end = target === process.stdout ? pipeline(archive, createGzip(), target, { end: false }) : pipeline(archive, createGzip(), target);
  const add = async (): Promise<void> => {
    for (const [path, bytes] of files) {
      // The same cluster gives the same archive: no times, no owners.
      const entry = archive.entry({ name: path, size: bytes.length, mtime: new Date(0) });
      entry.end(bytes);
      await finished(entry);
    }
    archive.finalize();
  };
  await Promise.all([end, add()]);
}
