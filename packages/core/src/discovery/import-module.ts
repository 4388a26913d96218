import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Result, err, ok } from '../contracts/result.ts';
import type { FoundPlugin, PluginProblem } from './found.ts';
import { isRecord } from './package-json.ts';
import { codeOf, pluginProblem, reasonOf } from './problem.ts';

/** A module that awaits at its top level may never come back. */
const PATIENCE_MS = 10_000;

/** Where a path of the manifest leads, links followed; refused where that is outside of the package. */
export async function insidePackage(plugin: FoundPlugin, relative: string): Promise<Result<string, PluginProblem>> {
  try {
    const path = await realpath(resolve(plugin.path, relative));
    if (path.startsWith(plugin.path + sep)) return ok(path);
    return err(
      pluginProblem('PLUGIN_MANIFEST_INVALID', subjectOf(plugin), `${relative} leads out of the package, to ${path}`, {
        remedy: `tell the author of ${plugin.package}: a plugin's modules must lie inside of it`,
      }),
    );
  } catch (thrown) {
    const why =
      codeOf(thrown) === 'ENOENT'
        ? `${relative}, which its manifest names, does not exist`
        : `${relative} can't be read: ${reasonOf(thrown)}`;
    return err(
      pluginProblem('PLUGIN_LOAD_FAILED', subjectOf(plugin), why, {
        remedy: `build the package if you work on it; else install it again (npm install ${plugin.package})`,
        cause: thrown,
      }),
    );
  }
}

/** Runs a module of a plugin and returns its default export, of whatever shape. */
export async function importDefault(plugin: FoundPlugin, relative: string): Promise<Result<unknown, PluginProblem>> {
  const path = await insidePackage(plugin, relative);
  if (!path.ok) return path;
  try {
    const module: unknown = await patient(import(pathToFileURL(path.value).href));
    const exported: unknown = isModule(module) ? module.default : undefined;
    // A CommonJS module that a compiler made of an ES module has the default export one level down.
    return ok(isRecord(exported) && exported['__esModule'] === true ? exported['default'] : exported);
  } catch (thrown) {
    return err(
      pluginProblem('PLUGIN_LOAD_FAILED', subjectOf(plugin), `${relative} can't be loaded: ${reasonOf(thrown)}`, {
        remedy: `update or remove ${plugin.package}; everything else works without it`,
        cause: thrown,
      }),
    );
  }
}

export function subjectOf(plugin: FoundPlugin): Pick<PluginProblem, 'package' | 'path' | 'offers'> {
  return { package: plugin.package, path: plugin.path, offers: plugin.manifest.plugins.map(({ kind, name }) => ({ kind, name })) };
}

function isModule(value: unknown): value is { readonly default?: unknown } {
  return typeof value === 'object' && value !== null;
}

async function patient<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not finish loading within ${String(PATIENCE_MS / 1000)} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
