import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Discovery, FoundPlugin } from './found.ts';
import { insidePackage } from './import-module.ts';

const LARGEST = 1 << 20;

/** A page about a suspicion code. */
export interface CodePage {
  readonly code: string;
  readonly package: string;
  readonly path: string;
  /** Markdown. */
  readonly text: string;
}

/** The folder of a plugin's pages; `undefined` where it has none, or the manifest names one that is not there. */
export async function codesFolder(plugin: FoundPlugin): Promise<string | undefined> {
  if (plugin.manifest.codes === undefined) return undefined;
  const folder = await insidePackage(plugin, plugin.manifest.codes);
  return folder.ok ? folder.value : undefined;
}

/** Looks a code's page up in every plugin, nearest first. `undefined` where none has it. */
export async function findCodePage(discovery: Discovery, code: string): Promise<CodePage | undefined> {
  if (!/^[A-Z][A-Z0-9_]*$/.test(code)) return undefined;
  for (const plugin of discovery.plugins) {
    const folder = await codesFolder(plugin);
    if (folder === undefined) continue;
    const path = await insidePackage(plugin, join(plugin.manifest.codes ?? '', `${code}.md`));
    if (!path.ok) continue;
    const found = await stat(path.value);
    if (found.isFile() && found.size <= LARGEST)
      return { code, package: plugin.package, path: path.value, text: await readFile(path.value, 'utf8') };
  }
  return undefined;
}

/** All codes that the plugins have pages for, sorted. */
export async function listCodes(discovery: Discovery): Promise<readonly string[]> {
  const pages = await Promise.all(
    discovery.plugins.map(async (plugin) => {
      const folder = await codesFolder(plugin);
      return folder === undefined ? [] : readdir(folder).catch(() => []);
    }),
  );
  const codes = pages.flat().flatMap((page) => (/^[A-Z][A-Z0-9_]*\.md$/.test(page) ? [page.slice(0, -'.md'.length)] : []));
  return [...new Set(codes)].sort();
}
