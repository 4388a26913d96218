import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { Origin } from './found.ts';
import { type ReadPackage, isPackageName, readPackage } from './package-json.ts';

/** A folder that may hold a plugin: a package that somebody chose to install. */
export interface Candidate {
  readonly origin: Origin;
  readonly found: Exclude<ReadPackage, { kind: 'absent' }>;
}

export interface LocateOptions {
  readonly cwd: string;
  readonly cliRoot: string;
  readonly pluginsDir: string;
  readonly globalPrefix?: string | undefined;
  readonly localPlugins: boolean;
}

/** Every package that counts, nearest origin first. Packages that only others depend on are no choice of the user's and are left out. */
export async function locate(options: LocateOptions): Promise<readonly Candidate[]> {
  const [cwd, cli] = await Promise.all([resolved(options.cwd), resolved(options.cliRoot)]);
  const groups = await Promise.all([
    options.localPlugins ? chosenBy(cwd, 'project') : [],
    chosenBy(options.pluginsDir, 'installed'),
    besideCli(cli, options.localPlugins ? undefined : cwd),
    options.globalPrefix === undefined ? [] : globalPackages(options.globalPrefix),
    bundledWith(cli),
  ]);
  return groups.flat();
}

async function resolved(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

/** The direct dependencies that a folder's package.json names. */
async function chosenBy(folder: string, origin: Origin): Promise<readonly Candidate[]> {
  const project = await readPackage(folder);
  if (project.kind === 'absent') return [];
  if (project.kind === 'broken') return [{ origin, found: project }];
  return present(await Promise.all(project.json.chosen.map((name) => resolvePackage(folder, name))), origin);
}

async function bundledWith(cliRoot: string): Promise<readonly Candidate[]> {
  const cli = await readPackage(cliRoot);
  if (cli.kind !== 'package') return [];
  return present(await Promise.all(cli.json.dependencies.map((name) => resolvePackage(cliRoot, name))), 'bundled');
}

/**
 * What was installed together with the CLI. A node_modules that belongs to a project (`npm i`, `npx`, `pnpm add -g`) counts what its
 * package.json names; one that belongs to none is a global prefix, where all of it was asked for.
 */
async function besideCli(cliRoot: string, excluded: string | undefined): Promise<readonly Candidate[]> {
  const modules = enclosingModules(cliRoot);
  if (modules === undefined || dirname(modules) === excluded) return [];
  const owner = await readPackage(dirname(modules));
  return owner.kind === 'absent' ? everyPackage(modules) : chosenBy(dirname(modules), 'global');
}

/** The node_modules that a package was installed into; pnpm keeps the package itself in a store below it. */
function enclosingModules(packageRoot: string): string | undefined {
  const store = packageRoot.indexOf(`${sep}node_modules${sep}.pnpm${sep}`);
  if (store >= 0) return packageRoot.slice(0, store + `${sep}node_modules`.length);
  for (let folder = dirname(packageRoot); folder !== dirname(folder); folder = dirname(folder))
    if (basename(folder) === 'node_modules') return folder;
  return undefined;
}

async function globalPackages(prefix: string): Promise<readonly Candidate[]> {
  // npm: PREFIX/lib/node_modules, on Windows PREFIX/node_modules.
  return (await Promise.all([everyPackage(join(prefix, 'lib', 'node_modules')), everyPackage(join(prefix, 'node_modules'))])).flat();
}

async function everyPackage(modules: string): Promise<readonly Candidate[]> {
  const names: string[] = [];
  for (const name of await list(modules)) {
    if (name.startsWith('@')) names.push(...(await list(join(modules, name))).map((rest) => `${name}/${rest}`));
    else names.push(name);
  }
  return present(await Promise.all(names.filter(isPackageName).map((name) => readPackage(join(modules, name)))), 'global');
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    () => [],
  );
}

/** As Node.js does: the nearest node_modules up from `from` that has the package. */
async function resolvePackage(from: string, name: string): Promise<ReadPackage> {
  for (let folder = from; ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') {
      const found = await readPackage(join(folder, 'node_modules', name));
      if (found.kind !== 'absent') return found;
    }
    if (folder === dirname(folder)) return { kind: 'absent' };
  }
}

function present(found: readonly ReadPackage[], origin: Origin): readonly Candidate[] {
  return found.flatMap((one) => (one.kind === 'absent' ? [] : [{ origin, found: one }]));
}
