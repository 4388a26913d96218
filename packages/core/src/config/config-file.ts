import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, reasonOf } from '../discovery/problem.ts';
import { configProblem } from './config-problem.ts';

const LARGEST = 1 << 20;

export interface FileValue {
  readonly value: unknown;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface ConfigFile {
  /** Those that were read, nearest first. */
  readonly files: readonly string[];
  /** By flag name. */
  readonly values: ReadonlyMap<string, FileValue>;
}

export interface ConfigFileOptions {
  readonly cwd: string;
  /** The user's home. */
  readonly home: string;
  /** `XDG_CONFIG_HOME` is looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads `skoop.config.yaml` (or .yml, .json) of the directory and of `~/.config/skoop/`. Both count; where both set a flag, the directory's
 * holds. Throws `CONFIG_FILE_INVALID`, with the line, for one that can't be understood.
 */
export async function loadConfigFile({ cwd, home, env = {} }: ConfigFileOptions): Promise<ConfigFile> {
  const xdg = env['XDG_CONFIG_HOME'];
  const folders = [cwd, join(xdg === undefined || xdg === '' ? join(home, '.config') : xdg, 'skoop')];
  const found = (await Promise.all([...new Set(folders)].map(inFolder))).filter((one) => one !== undefined);
  const values = new Map<string, FileValue>();
  for (const file of found) for (const [name, value] of await parse(file)) if (!values.has(name)) values.set(name, value);
  return { files: found.map(({ path }) => path), values };
}

interface FileText {
  readonly path: string;
  readonly text: string;
}

async function inFolder(folder: string): Promise<FileText | undefined> {
  const read = await Promise.all(['yaml', 'yml', 'json'].map((extension) => readIfThere(join(folder, `skoop.config.${extension}`))));
  const [first, second] = read.filter((one) => one !== undefined);
  if (first !== undefined && second !== undefined)
    throw configProblem(
      'CONFIG_FILE_INVALID',
      `there are two configuration files in one folder: ${first.path} and ${second.path}`,
      'remove one of them',
    );
  return first;
}

async function readIfThere(path: string): Promise<FileText | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > LARGEST) throw new Error('it is no regular file of at most 1 MiB');
    return { path, text: await readFile(path, 'utf8') };
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw configProblem(
      'CONFIG_FILE_INVALID',
      `the configuration file ${path} can't be read: ${reasonOf(thrown)}`,
      'make it readable, or remove it',
      thrown,
    );
  }
}

/** JSON is read as the YAML that it is, for the sake of the line. */
async function parse({ path, text }: FileText): Promise<ReadonlyMap<string, FileValue>> {
  const { LineCounter, isMap, isScalar, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const invalid = (line: number, what: string): Error =>
    configProblem(
      'CONFIG_FILE_INVALID',
      `configuration file ${path}, line ${String(line)}: ${what}`,
      'a line is FLAG: VALUE, the flag without its dashes',
    );
  const [error] = document.errors;
  if (error !== undefined) throw invalid(lineOf(error.pos[0]), error.message);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return new Map();
  if (!isMap(contents)) throw invalid(lineOf(contents.range?.[0]), 'it holds no map of flags to values');
  const values = new Map<string, FileValue>();
  for (const { key, value } of contents.items) {
    if (!isScalar(key) || typeof key.value !== 'string') throw invalid(isScalar(key) ? lineOf(key.range?.[0]) : 1, 'a key is no flag name');
    const line = lineOf(key.range?.[0]);
    try {
      values.set(key.value, { value: toPlain(value, document), file: path, line });
    } catch (thrown) {
      throw invalid(line, reasonOf(thrown));
    }
  }
  return values;
}

/** Of a node of a YAML document; too many aliases throw. */
function toPlain(node: unknown, document: unknown): unknown {
  if (typeof node === 'object' && node !== null && 'toJS' in node && typeof node.toJS === 'function')
    return (node.toJS as (of: unknown) => unknown)(document);
  return node;
}
