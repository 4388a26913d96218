import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LARGEST_SNAPSHOT } from './read-archive.ts';
import type { Unpacked } from './read-archive.ts';

/** Files under a folder, into memory. Links are not followed: what is sent by somebody else must not read what is beside it. */
export async function readFolder(root: string, limit: number = LARGEST_SNAPSHOT): Promise<Unpacked | 'too-large'> {
  const files = new Map<string, Uint8Array>();
  const problems: string[] = [];
  const waiting = [''];
  let total = 0;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of (await readdir(join(root, folder), { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() && path.split('/').length < 8) waiting.push(path);
      else if (entry.isFile()) {
        try {
          const bytes = await readFile(join(root, path));
          total += bytes.length;
          files.set(path, bytes);
        } catch (error) {
          problems.push(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
        }
        if (total > limit) return 'too-large';
      } else problems.push(`${path} is left out: neither a file nor a folder`);
    }
  }
  return { files, problems };
}
