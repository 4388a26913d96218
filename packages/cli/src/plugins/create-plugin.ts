import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { PACKAGE_ROOT, packageVersion } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';

const KINDS = ['provider', 'cni'] as const;

/** `skoop plugins create provider|cni NAME`: a package that builds, passes its suite, and can be published. */
export async function createPlugin(run: Run): Promise<ExitStatus> {
  const [kind = '', name = ''] = run.args;
  const known = KINDS.find((one) => one === kind);
  if (known === undefined)
    throw usageError(`"${kind}" is no kind of plugin`, `There are ${KINDS.join(' and ')}: skoop plugins create provider acme.`);
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name) || name.endsWith('-'))
    throw usageError(
      `"${name}" is no name for a plugin`,
      'Lower-case letters, digits and dashes, as --cloud-provider or --network-plugin will have it.',
    );
  const folder = resolve(textOf(run.values, 'output') ?? `skoop-${known}-${name}`);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw usageError(`${folder} is there and not empty`, 'Name another folder with --output.');
  const words = {
    __NAME__: name,
    __AREA__: name.toUpperCase().replaceAll('-', '_'),
    __TITLE__: titleOf(name),
    __VERSION__: packageVersion(),
  };
  const template = join(PACKAGE_ROOT, 'templates', known);
  for (const file of await readdir(template, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const from = join(file.parentPath, file.name);
    // npm leaves out a .gitignore from what it publishes.
    const to = join(folder, filled(from.slice(template.length + 1), words)).replace(/gitignore$/, '.gitignore');
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, filled(await readFile(from, 'utf8'), words));
  }
  run.log.note(`made ${folder}: npm install, then npm test`);
  run.log.note(`to use it as it is: skoop plugins link ${folder}`);
  return Exit.ok;
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return Object.entries(words).reduce((all, [word, value]) => all.replaceAll(word, value), text);
}

/** `acme-cloud`: `Acme cloud`. */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
