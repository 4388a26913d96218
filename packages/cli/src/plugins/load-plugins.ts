import type { BoundBinder, CollectedFlags, Discovery, PluginProblem } from '@skoop/core/plugins';
import type { Flag } from '../flags/flag.ts';
import { pluginsFolder } from './folder.ts';
import { PACKAGE_ROOT } from '../run/package-root.ts';

/** The plugins of a run: found by their manifests, with the flags that they declare. */
export interface LoadedPlugins {
  readonly discovery: Discovery;
  readonly binders: readonly BoundBinder[];
  /** Each under its heading. */
  readonly flags: readonly Flag[];
  /** Of manifests and of config modules. */
  readonly problems: readonly PluginProblem[];
}

/** Finds plugins without importing anything of them. `localPlugins`: the working directory's project counts. */
export async function findPlugins(localPlugins: boolean): Promise<Discovery> {
  const { discover } = await import('@skoop/core/plugins');
  const prefix = process.env['npm_config_prefix'];
  return discover({
    cwd: process.cwd(),
    cliRoot: PACKAGE_ROOT,
    pluginsDir: pluginsFolder(process.env),
    localPlugins,
    ...(prefix !== undefined && prefix !== '' && { globalPrefix: prefix }),
  });
}

/** Finds plugins and asks their config modules for flags. `reserved` are ours. */
export async function loadPlugins(localPlugins: boolean, reserved: readonly Flag[]): Promise<LoadedPlugins> {
  const { collectFlags, loadConfigBinders } = await import('@skoop/core/plugins');
  const discovery = await findPlugins(localPlugins);
  const loaded = await loadConfigBinders(discovery);
  const collected = collectFlags(loaded.binders, new Set(reserved.flatMap((flag) => [flag.name, ...(flag.aliases ?? [])])));
  return {
    discovery,
    binders: collected.binders,
    flags: flagsOf(collected),
    problems: [...discovery.problems, ...loaded.problems, ...collected.problems],
  };
}

function flagsOf({ headings }: CollectedFlags): readonly Flag[] {
  return headings.flatMap(({ heading, flags }) => flags.map((flag) => ({ ...flag, heading })));
}

/** `--no-local-plugins` decides what else may stand on the line, so it is looked for before the line is read. */
export function localPluginsWanted(argv: readonly string[]): boolean {
  if (argv.includes('--no-local-plugins') || argv.includes('--no-local-plugins=true')) return false;
  return !/^(true|1|yes|on)$/i.test(process.env['SKOOP_NO_LOCAL_PLUGINS'] ?? '');
}
