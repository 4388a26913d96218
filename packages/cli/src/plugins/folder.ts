import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where `skoop plugins install` puts what it installs: a folder of skoop's own, with a package.json that names it. */
export function pluginsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const data = env['XDG_DATA_HOME'];
  return join(data === undefined || data === '' ? join(homedir(), '.local', 'share') : data, 'skoop');
}

/** The folder, made where it is missing. */
export function madePluginsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const folder = pluginsFolder(env);
  const file = join(folder, 'package.json');
  mkdirSync(join(folder, 'tarballs'), { recursive: true });
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify({ private: true, description: 'Plugins of skoop' }, undefined, 2)}\n`);
  return folder;
}
