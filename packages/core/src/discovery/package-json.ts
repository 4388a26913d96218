import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, reasonOf } from './problem.ts';

const LARGEST = 1 << 20;

/** The fields of a package.json that discovery looks at; everything else is passed over. */
interface PackageJson {
  readonly name: string;
  readonly version: string;
  /** Names of `dependencies`, and of those for development and optional ones: all that its author chose. */
  readonly chosen: readonly string[];
  /** Names of `dependencies` alone. */
  readonly dependencies: readonly string[];
  /** As it stands there, unchecked. */
  readonly skoop: unknown;
}

export type ReadPackage =
  | { readonly kind: 'package'; readonly path: string; readonly json: PackageJson }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly path: string; readonly why: string };

/** Reads a folder's package.json, following links to the folder. Never throws. */
export async function readPackage(folder: string): Promise<ReadPackage> {
  try {
    const path = await realpath(folder);
    const file = join(path, 'package.json');
    const found = await stat(file);
    // A pipe would block for ever, a giant fill the memory.
    if (!found.isFile()) return { kind: 'broken', path, why: 'package.json is no regular file' };
    if (found.size > LARGEST) return { kind: 'broken', path, why: 'package.json is larger than 1 MiB' };
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isRecord(value)) return { kind: 'broken', path, why: 'package.json holds no object' };
    return { kind: 'package', path, json: pick(value) };
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'broken', path: folder, why: `package.json can't be read: ${reasonOf(thrown)}` };
  }
}

function pick(value: Record<string, unknown>): PackageJson {
  const names = (field: string): string[] => (isRecord(value[field]) ? Object.keys(value[field]).filter(isPackageName) : []);
  const dependencies = names('dependencies');
  return {
    name: typeof value['name'] === 'string' ? value['name'] : '',
    version: typeof value['version'] === 'string' ? value['version'] : '',
    chosen: [...new Set([...dependencies, ...names('devDependencies'), ...names('optionalDependencies')])],
    dependencies,
    skoop: value['skoop'],
  };
}

/** A name is joined to a path: nothing that could climb out of node_modules. */
export function isPackageName(name: string): boolean {
  return /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i.test(name);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
