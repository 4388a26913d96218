import type { CniPlugin } from '../contracts/cni-plugin.ts';
import type { ConfigBinder } from '../contracts/config-binder.ts';
import type { PluginEntry } from '../contracts/manifest.ts';
import type { Provider } from '../contracts/provider.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import { find } from './find.ts';
import type { Discovery, FoundPlugin, PluginProblem } from './found.ts';
import { importDefault, subjectOf } from './import-module.ts';
import { pluginProblem } from './problem.ts';
import { binderFaults, cniFaults, isBinder, isCni, isProvider, providerFaults } from './shape.ts';

/** A ConfigBinder, and whose it is. */
export interface OwnedBinder {
  readonly package: string;
  /** Folder of the package. */
  readonly path: string;
  readonly binder: ConfigBinder<unknown>;
}

/** Imports the `config` modules of all plugins, at once. One that fails is a problem; the others' flags are there. */
export async function loadConfigBinders(
  discovery: Discovery,
): Promise<{ readonly binders: readonly OwnedBinder[]; readonly problems: readonly PluginProblem[] }> {
  const loaded = await Promise.all(discovery.plugins.map(loadConfig));
  return {
    binders: loaded.flatMap((one) => (one.ok ? one.value : [])),
    problems: loaded.flatMap((one) => (one.ok ? [] : [one.error])),
  };
}

async function loadConfig(plugin: FoundPlugin): Promise<Result<readonly OwnedBinder[], PluginProblem>> {
  const { config } = plugin.manifest;
  if (config === undefined) return ok([]);
  const exported = await importDefault(plugin, config);
  if (!exported.ok) return exported;
  const list = exported.value;
  if (!Array.isArray(list)) return err(misshapen(plugin, config, ['its default export is no list of ConfigBinders']));
  const faults = list.flatMap((binder: unknown, i) => binderFaults(binder).map((fault) => `binder ${String(i + 1)}: ${fault}`));
  if (faults.length > 0) return err(misshapen(plugin, config, faults));
  return ok(list.filter(isBinder).map((binder) => ({ package: plugin.package, path: plugin.path, binder })));
}

/** Imports the provider of that name, and nothing else. Throws a {@link PluginProblem} or a SkoopError with a `PLUGIN_` code. */
export async function loadProvider(discovery: Discovery, name: string): Promise<Provider> {
  return unwrap(await importProvider(find(discovery, 'provider', name)));
}

/** Imports the CNI plugin of that name, and nothing else. Throws as {@link loadProvider} does. */
export async function loadCni(discovery: Discovery, name: string): Promise<CniPlugin> {
  return unwrap(await importCni(find(discovery, 'cni', name)));
}

/** A plugin of a package: what is imported when it is used. */
export interface OwnedEntry {
  readonly plugin: FoundPlugin;
  readonly entry: PluginEntry;
}

export async function importProvider({ plugin, entry }: OwnedEntry): Promise<Result<Provider, PluginProblem>> {
  const exported = await importDefault(plugin, entry.entry);
  if (!exported.ok) return exported;
  const { value } = exported;
  return isProvider(value, entry.name) ? ok(value) : err(misshapen(plugin, entry.entry, providerFaults(value, entry.name)));
}

export async function importCni({ plugin, entry }: OwnedEntry): Promise<Result<CniPlugin, PluginProblem>> {
  const exported = await importDefault(plugin, entry.entry);
  if (!exported.ok) return exported;
  const { value } = exported;
  if (!isCni(value, entry.name)) return err(misshapen(plugin, entry.entry, cniFaults(value, entry.name)));
  const { contractMismatch, fitsContract } = await import('./check-manifest.ts');
  return fitsContract(value.contract) ? ok(value) : err(contractMismatch(subjectOf(plugin), value.contract));
}

function misshapen(plugin: FoundPlugin, module: string, faults: readonly string[]): PluginProblem {
  return pluginProblem('PLUGIN_SHAPE_INVALID', subjectOf(plugin), `${module} is not what the contract asks for: ${faults.join('; ')}`, {
    remedy: `tell the author of ${plugin.package}, or install another version of it`,
  });
}

function unwrap<T>(result: Result<T, PluginProblem>): T {
  if (result.ok) return result.value;
  throw result.error;
}
