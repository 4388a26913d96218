import { copyFile } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { existsSync, statSync } from 'node:fs';
import { isSet } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { confirm } from './confirm.ts';
import { madePluginsFolder } from './folder.ts';
import { npm } from './npm.ts';
import { type Preview, sayPreview, withPreview } from './preview.ts';

/** `skoop plugins install PACKAGE…`: by npm, into skoop's own folder; each is shown before anything of it is there. */
export async function installPlugins(run: Run): Promise<ExitStatus> {
  if (run.args.length === 0) throw usageError('name what to install', 'A package of npm (with @VERSION), a .tgz, or a folder.');
  for (const spec of run.args) if (!(await installOne(run, spec))) return Exit.problem;
  return Exit.ok;
}

async function installOne(run: Run, given: string): Promise<boolean> {
  const isPath = isFile(given);
  const spec = isPath ? resolve(given) : given;
  return withPreview(spec, run.signal, async (preview) => {
    for (const line of sayPreview(preview, isPath ? spec : 'the registry that npm asks')) run.log.note(line);
    if (!isSet(run.values, 'yes') && !(await confirm(`Install ${preview.name}?`, run.signal))) {
      run.log.note('nothing was installed');
      return false;
    }
    const folder = madePluginsFolder(process.env);
    await npm(
      ['install', '--prefix', folder, '--save', isPath ? await kept(folder, preview) : `${preview.name}@${wantedVersion(given, preview)}`],
      run.signal,
    );
    run.log.note(`installed ${preview.name} ${preview.version} in ${folder}`);
    return true;
  });
}

/** A path to something that is there; a package may be called like a folder, so it takes a slash, a dot, or a tarball's name. */
function isFile(spec: string): boolean {
  const looksLike = isAbsolute(spec) || spec.startsWith('.') || /\.(?:tgz|tar\.gz)$/.test(spec);
  if (looksLike && !existsSync(spec)) throw usageError(`there is no ${spec}`, 'Name a package of npm, a .tgz, or a folder.');
  return looksLike;
}

/** The tarball is kept beside what is installed from it, so that later installations do not miss it. */
async function kept(folder: string, { tarball, name, version }: Preview): Promise<string> {
  const copy = join(folder, 'tarballs', `${name.replace(/^@/, '').replaceAll('/', '-')}-${version}.tgz`);
  await copyFile(tarball, copy);
  return copy;
}

/** What was asked for goes on to be followed by `update`; without a version, what fits the one that was found. */
function wantedVersion(spec: string, { name, version }: Preview): string {
  const after = spec.startsWith(`${name}@`) ? spec.slice(name.length + 1) : '';
  return after === '' ? `^${version}` : after;
}

/** `skoop plugins link DIR`: a folder that is being worked on, as it is at every run. */
export async function linkPlugin(run: Run): Promise<ExitStatus> {
  const [given = ''] = run.args;
  const path = resolve(given);
  if (given === '' || !existsSync(path) || !statSync(path).isDirectory())
    throw usageError(`there is no folder ${given}`, "Name the folder of a plugin's package.json.");
  const { readPackage, checkManifest } = await import('@skoop/core/plugins');
  const found = await readPackage(path);
  if (found.kind !== 'package')
    throw usageError(
      `${path} holds no package: ${found.kind === 'broken' ? found.why : 'it has no package.json'}`,
      'Name the folder of a plugin.',
    );
  if (found.json.name === '') throw usageError(`the package in ${path} has no name`, 'Give its package.json a name.');
  const checked = checkManifest({ package: found.json.name, path, offers: [] }, found.json.skoop);
  if (!checked.ok) throw checked.error;
  const folder = madePluginsFolder(process.env);
  await npm(['install', '--prefix', folder, '--save', '--install-links=false', path], run.signal);
  run.log.note(`linked ${found.json.name} (${basename(path)}): what is in ${path} runs with your rights`);
  return Exit.ok;
}
