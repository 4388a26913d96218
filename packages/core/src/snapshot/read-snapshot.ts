import { readFile, stat } from 'node:fs/promises';
import type { SkoopError } from '../contracts/error.ts';
import { skoopError } from '../contracts/error.ts';
import type { Result } from '../contracts/result.ts';
import { err } from '../contracts/result.ts';
import { readStart } from './frames.ts';
import { fromFiles } from './from-files.ts';
import { inflate } from './inflate.ts';
import { LARGEST_SNAPSHOT, readArchive } from './read-archive.ts';
import type { Unpacked } from './read-archive.ts';
import { readFolder } from './read-folder.ts';
import type { SnapshotData } from './snapshot-data.ts';

/**
 * Reads a snapshot: a folder, or a `.tar.gz` or `.tar` of it. What of it is broken is left out and stands in `problems`.
 *
 * Errors, all with exit status 2: `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_UNREADABLE`, `SNAPSHOT_EMPTY`, `SNAPSHOT_INVALID`, `SNAPSHOT_TOO_NEW`,
 * `SNAPSHOT_TOO_LARGE`.
 *
 * @param limit most bytes that it may hold, unpacked
 */
export async function readSnapshot(path: string, limit: number = LARGEST_SNAPSHOT): Promise<Result<SnapshotData, SkoopError>> {
  let unpacked: Unpacked | 'too-large';
  try {
    const about = await stat(path);
    if (!about.isDirectory()) {
      if (about.size > limit) return err(tooLarge(path, limit));
      const bytes = await readFile(path);
      if (bytes.length === 0)
        return err(
          skoopError('SNAPSHOT_EMPTY', `${path} is empty: it has no byte`, { remedy: 'Make it again with: skoop snapshot --output FILE' }),
        );
      unpacked = await readArchive(bytes, limit);
      if (unpacked !== 'too-large' && unpacked.files.size === 0) return err(noArchive(path, bytes));
    } else unpacked = await readFolder(path, limit);
  } catch (error) {
    return err(unreadable(path, error));
  }
  if (unpacked === 'too-large') return err(tooLarge(path, limit));
  const result = await fromFiles(unpacked.files);
  if (!result.ok) return err(skoopError(result.error.code, `${path}: ${result.error.message}`, { remedy: result.error.remedy }));
  return { ok: true, value: { ...result.value, problems: [...unpacked.problems, ...result.value.problems] } };
}

function noArchive(path: string, bytes: Uint8Array): SkoopError {
  const beginning = inflate(bytes, LARGEST_SNAPSHOT);
  if (beginning.kind === 'inflated' && readStart(beginning.bytes) !== undefined) {
    return skoopError('SNAPSHOT_INVALID', `${path} is the dump of one node, not a snapshot`, {
      remedy: 'Put it into a folder as nodes/NAME.dump, beside objects/ with the output of kubectl get -o json; or use skoop trace.',
    });
  }
  if (beginning.kind === 'inflated' && beginning.damage !== 'none') {
    return skoopError('SNAPSHOT_EMPTY', `${path} was cut before its first file`, {
      remedy: 'Copy it again, or make it again with: skoop snapshot --output FILE',
    });
  }
  return skoopError('SNAPSHOT_INVALID', `${path} is no snapshot: neither a folder nor a .tar.gz`, {
    remedy: 'Make one with: skoop snapshot --output FILE',
  });
}

function tooLarge(path: string, limit: number): SkoopError {
  return skoopError('SNAPSHOT_TOO_LARGE', `${path} unpacks to more than ${limit} bytes`, {
    remedy: 'Collect fewer nodes: skoop snapshot --nodes NAME,…',
  });
}

function unreadable(path: string, error: unknown): SkoopError {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return skoopError('SNAPSHOT_NOT_FOUND', `there is no ${path}`, { remedy: 'Check the path given with --snapshot.', cause: error });
  return skoopError('SNAPSHOT_UNREADABLE', `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}
