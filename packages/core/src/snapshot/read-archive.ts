import { inflate } from './inflate.ts';
import type { SnapshotFiles } from './snapshot-data.ts';

export interface Unpacked {
  readonly files: SnapshotFiles;
  readonly problems: readonly string[];
}

export const LARGEST_SNAPSHOT = 1024 * 1024 * 1024;
const MOST_FILES = 200_000;

/** Files of a tar archive, packed by gzip or not, into memory. A cut or damaged one gives what can be read. */
export async function readArchive(bytes: Uint8Array, limit: number = LARGEST_SNAPSHOT): Promise<Unpacked | 'too-large'> {
  const inflated = inflate(bytes, limit);
  if (inflated.kind === 'too-large') return 'too-large';
  const { extract } = await import('tar-stream');
  const files = new Map<string, Uint8Array>();
  const problems: string[] = [];
  const archive = extract();
  let current = { path: '', chunks: [] as Buffer[] };
  archive.end(inflated.bytes);
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header;
      const path = name.replace(/^(?:\.\/)+/, '');
      const use = type === 'file' && isInside(path);
      if (!use && type !== 'directory' && !/^pax/.test(type ?? ''))
        problems.push(
          `${JSON.stringify(name)} of the archive is left out: ${type === 'file' ? 'it leads out of it' : `a ${type ?? 'strange thing'}`}`,
        );
      if (files.size >= MOST_FILES) {
        problems.push(`the archive has more than ${MOST_FILES} files: the rest is left out`);
        break;
      }
      current = { path, chunks: [] };
      for await (const chunk of entry) if (use) current.chunks.push(chunk as Buffer);
      if (use) files.set(path, Buffer.concat(current.chunks));
    }
  } catch (error) {
    // A collector's own stream is of use without its end.
    if (current.path.endsWith('.dump')) files.set(current.path, Buffer.concat(current.chunks));
    if (files.size > 0)
      problems.push(
        `the archive is ${inflated.damage === 'corrupt' ? 'damaged' : 'cut'} after ${[...files.keys()].at(-1) ?? 'its beginning'}: what follows is missing (${messageOf(error)})`,
      );
    return { files, problems };
  }
  if (inflated.damage !== 'none' && files.size > 0)
    problems.push(`the archive is ${inflated.damage === 'corrupt' ? 'damaged' : 'cut'}: its end is missing`);
  return { files, problems };
}

function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.includes('\0') && !path.split('/').includes('..');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
