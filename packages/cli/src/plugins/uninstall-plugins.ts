import { usageError } from '../errors/usage-error.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { madePluginsFolder } from './folder.ts';
import { installedPackages, namedPackages } from './installed.ts';
import { npm } from './npm.ts';

/** `skoop plugins uninstall NAME…`: what `install` or `link` has put into skoop's own folder. */
export async function uninstallPlugins(run: Run): Promise<ExitStatus> {
  if (run.args.length === 0) throw usageError('name what to uninstall', "A package's name, or a plugin's.");
  const packages = namedPackages(await installedPackages(), run.args);
  await npm(['uninstall', '--prefix', madePluginsFolder(process.env), '--save', ...packages.map(({ name }) => name)], run.signal);
  for (const { name, version } of packages) run.log.note(`uninstalled ${name}${version === '' ? '' : ` ${version}`}`);
  return Exit.ok;
}

/** `skoop plugins update [NAME…]`: to the newest that fits what was asked for when they were installed. */
export async function updatePlugins(run: Run): Promise<ExitStatus> {
  const before = await installedPackages();
  const packages = run.args.length === 0 ? before : namedPackages(before, run.args);
  if (packages.length === 0) {
    run.log.note('nothing was installed by skoop');
    return Exit.ok;
  }
  await npm(['update', '--prefix', madePluginsFolder(process.env), '--save', ...packages.map(({ name }) => name)], run.signal);
  const after = new Map((await installedPackages()).map(({ name, version }) => [name, version]));
  for (const { name, version } of packages) {
    const now = after.get(name) ?? version;
    run.log.note(now === version ? `${name} ${version} is the newest that fits` : `updated ${name} from ${version} to ${now}`);
  }
  return Exit.ok;
}
