import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { skoopError } from '../../contracts/error.ts';
import type { ConnectOptions } from './connect-options.ts';
import { kubeconfigSchema } from './kubeconfig-schema.ts';

/** An entry and the file that it stands in: paths inside it are relative to that file. */
export interface Entry {
  readonly file: string;
  readonly value: unknown;
}

export interface MergedKubeconfig {
  readonly files: readonly string[];
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly currentContext: string | undefined;
}

/**
 * Reads and merges kubeconfig files by kubectl's rules: `--kubeconfig` alone and it must exist; else the list in `$KUBECONFIG`,
 * of which files may be missing; else `~/.kube/config`. The first file that has an entry wins.
 *
 * @returns undefined where there is no file at all
 */
export function readKubeconfig(options: ConnectOptions): MergedKubeconfig | undefined {
  const env = options.env ?? process.env;
  if (options.kubeconfig !== undefined && options.kubeconfig !== '') {
    const file = resolve(options.kubeconfig);
    const text = readIfThere(file);
    if (text === undefined) {
      throw skoopError('KUBECONFIG_MISSING', `the kubeconfig ${file} does not exist`, {
        remedy: 'Name an existing file with --kubeconfig.',
      });
    }
    return merge([{ file, text }]);
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const files = (listed.length > 0 ? listed : [join(env['HOME'] ?? homedir(), '.kube', 'config')]).map((file) => resolve(file));
  const found = files.flatMap((file) => {
    const text = readIfThere(file);
    return text === undefined ? [] : [{ file, text }];
  });
  if (found.length > 0) return merge(found);
  if (listed.length === 0) return undefined;
  throw skoopError('KUBECONFIG_MISSING', `no file named in $KUBECONFIG exists: ${files.join(', ')}`, {
    remedy: 'Correct $KUBECONFIG, or name a file with --kubeconfig.',
  });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw skoopError('KUBECONFIG_UNREADABLE', `the kubeconfig ${file} cannot be read: ${(cause as Error).message}`, {
      remedy: 'Check that it is a file and that you may read it.',
      cause,
    });
  }
}

function merge(files: readonly { readonly file: string; readonly text: string }[]): MergedKubeconfig {
  const clusters = new Map<string, Entry>();
  const users = new Map<string, Entry>();
  const contexts = new Map<string, Entry>();
  let currentContext: string | undefined;
  for (const { file, text } of files) {
    const config = parseFile(file, text);
    const pairs = [
      [config.clusters, clusters],
      [config.users, users],
      [config.contexts, contexts],
    ] as const;
    for (const [from, into] of pairs) {
      for (const { name, value } of from) if (!into.has(name)) into.set(name, { file, value });
    }
    currentContext ??= config['current-context'];
  }
  return { files: files.map(({ file }) => file), clusters, users, contexts, currentContext };
}

function parseFile(file: string, text: string) {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (cause) {
    throw malformed(file, `it is not YAML: ${(cause as Error).message.split('\n')[0]?.replace(/:$/, '') ?? ''}`, cause);
  }
  const result = kubeconfigSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw malformed(
    file,
    `${issue === undefined || issue.path.length === 0 ? 'its contents' : issue.path.map(String).join('.')}: ${issue?.message ?? 'invalid'}`,
  );
}

export function malformed(file: string, why: string, cause?: unknown): Error {
  return skoopError('KUBECONFIG_MALFORMED', `the kubeconfig ${file} is malformed: ${why}`, {
    remedy: 'Compare it with the output of `kubectl config view`.',
    cause,
  });
}
