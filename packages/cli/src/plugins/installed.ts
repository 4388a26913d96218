import { usageError } from '../errors/usage-error.ts';
import { pluginsFolder } from './folder.ts';

/** A package in skoop's own folder. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly plugins: readonly string[];
}

/** What `skoop plugins install` and `link` have put there. */
export async function installedPackages(): Promise<readonly InstalledPackage[]> {
  const { discover } = await import('@skoop/core/plugins');
  const folder = pluginsFolder(process.env);
  // Of that folder alone: what is elsewhere is not ours to remove.
  const { plugins, problems } = await discover({ cwd: folder, cliRoot: folder, pluginsDir: folder, localPlugins: false });
  const broken = problems.flatMap(({ package: name, offers }) =>
    name === '' ? [] : [{ name, version: '', plugins: offers.map((offer) => offer.name) }],
  );
  return [
    ...plugins.map(({ package: name, version, manifest }) => ({ name, version, plugins: manifest.plugins.map((entry) => entry.name) })),
    ...broken,
  ];
}

/** Those that are named, by the package's name or a plugin's. A name that nothing has is a usage error that lists what there is. */
export function namedPackages(all: readonly InstalledPackage[], names: readonly string[]): readonly InstalledPackage[] {
  return names.map((wanted) => {
    const found = all.find(({ name, plugins }) => name === wanted || plugins.includes(wanted));
    if (found !== undefined) return found;
    const there = all.map(({ name }) => name).join(', ');
    throw usageError(
      `no plugin "${wanted}" was installed by skoop`,
      there === '' ? 'Nothing was; `skoop plugins` shows what was found elsewhere.' : `There are ${there}.`,
    );
  });
}
