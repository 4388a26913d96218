import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Folders whose Markdown is not ours, or not written by hand. */
const PASSED = new Set(['node_modules', 'dist', '.git', '.turbo', '.changeset', '__fixtures__', 'kube', 'dns', '.cache']);

/** Every Markdown file of the repository, from its root. */
export function markdownFiles(): readonly string[] {
  return inFolder(ROOT).map((path) => relative(ROOT, path));
}

function inFolder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return PASSED.has(entry.name) ? [] : inFolder(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Text under a heading, up to the next of the same or a higher level. */
export function section(text: string, heading: string): string {
  const [, level = ''] = new RegExp(`^(#+) ${heading}$`, 'm').exec(text) ?? [];
  if (level === '') throw new Error(`there is no heading "${heading}"`);
  const [, after = ''] = text.split(new RegExp(`^${level} ${heading}$`, 'm'));
  return after.split(new RegExp(`^#{1,${String(level.length)}} `, 'm'))[0] ?? '';
}

/** Cells of the rows of the first table. */
export function firstTable(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

/** Blocks between fences, with the language that they name. */
export function codeBlocks(text: string): readonly { readonly language: string; readonly code: string }[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }));
}
