import { type Result, err, ok } from '../contracts/result.ts';
import type { Discovery, FoundPlugin, Origin, PackageCopy, PluginProblem } from './found.ts';
import { type Candidate, type LocateOptions, locate } from './locate.ts';
import { isRecord } from './package-json.ts';
import { pluginProblem } from './problem.ts';

/**
 * `cliRoot`: folder of the CLI's package; its dependencies are the bundled plugins, and what lies beside it counts as global.
 * `pluginsDir`: skoop's own folder, with a package.json that names what was installed. `globalPrefix`: npm's, where the CLI is not in it.
 * `localPlugins`: false leaves out what the working directory's package.json names. Folders that do not exist are empty.
 */
export type DiscoverOptions = LocateOptions;

/**
 * Finds the plugins by their manifests, importing nothing. Of several copies of a package the nearest wins, and the others are its `shadows`;
 * a copy that is broken hides the others all the same, so that what runs never depends on a fault.
 */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const candidates = await locate(options);
  const plugins: FoundPlugin[] = [];
  const problems: PluginProblem[] = [];
  for (const copies of byPackage(candidates).values()) {
    const [nearest, ...others] = copies;
    if (nearest === undefined) continue;
    const checked = await check(nearest);
    if (checked === undefined) continue;
    if (checked.ok) plugins.push({ ...checked.value, shadows: others.flatMap(copyOf) });
    else problems.push(checked.error);
  }
  return { plugins: plugins.sort(byOriginThenName), problems };
}

const ORIGINS: readonly Origin[] = ['project', 'installed', 'global', 'bundled'];

function byOriginThenName(a: FoundPlugin, b: FoundPlugin): number {
  return ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) || (a.package < b.package ? -1 : 1);
}

/** Copies in order of nearness, one folder once: a link and its target are one copy. */
function byPackage(candidates: readonly Candidate[]): ReadonlyMap<string, readonly Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  const seen = new Set<string>();
  for (const candidate of candidates) {
    const { found } = candidate;
    if (seen.has(found.path)) continue;
    seen.add(found.path);
    const key = found.kind === 'package' ? found.json.name || found.path : found.path;
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return groups;
}

function copyOf({ origin, found }: Candidate): readonly PackageCopy[] {
  return found.kind === 'package' && found.json.skoop !== undefined ? [{ version: found.json.version, path: found.path, origin }] : [];
}

/** `undefined` for a package that is no plugin at all. */
async function check({ origin, found }: Candidate): Promise<Result<Omit<FoundPlugin, 'shadows'>, PluginProblem> | undefined> {
  if (found.kind === 'broken')
    return err(
      pluginProblem('PLUGIN_MANIFEST_INVALID', { package: '', path: found.path }, found.why, {
        remedy: 'repair the file, or install the package again',
      }),
    );
  const { name, version, skoop } = found.json;
  if (skoop === undefined) return undefined;
  // Its library costs a start 40 ms, so only a run that meets a manifest pays for it.
  const { checkManifest } = await import('./check-manifest.ts');
  const manifest = checkManifest({ package: name, path: found.path, offers: offersOf(skoop) }, skoop);
  return manifest.ok ? ok({ package: name, version, path: found.path, origin, manifest: manifest.value }) : manifest;
}

/** What an unsound manifest seems to offer, so that asking for it by name tells what is wrong with it. */
function offersOf(skoop: unknown): PluginProblem['offers'] {
  const plugins: unknown = isRecord(skoop) ? skoop['plugins'] : undefined;
  if (!Array.isArray(plugins)) return [];
  return plugins.flatMap((plugin: unknown) => {
    if (!isRecord(plugin)) return [];
    const { kind, name } = plugin;
    return (kind === 'provider' || kind === 'cni') && typeof name === 'string' ? [{ kind, name }] : [];
  });
}
