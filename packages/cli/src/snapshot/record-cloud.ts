import type { Cluster, SnapshotData } from '@skoop/core';
import { detectProvider, makeConfigReader } from '@skoop/core/plugins';
import { textOf } from '../config/values.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import type { Run } from '../skoop-command.ts';

/** What the cluster's provider read of its cloud. */
export interface RecordedCloud {
  readonly clouds: SnapshotData['clouds'];
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/** Asks the provider of the cluster what a snapshot has to hold of its cloud. What fails is missing, and the rest is recorded all the same. */
export async function recordCloud(run: Run, plugins: LoadedPlugins, cluster: Cluster, signal: AbortSignal): Promise<RecordedCloud> {
  const { provider, problems } = await detectProvider(plugins.discovery, cluster, textOf(run.values, 'cloud-provider'));
  for (const problem of problems) run.log.warn(`${problem.message} [${problem.code}]`);
  if (provider.record === undefined) return { clouds: {}, missing: [] };
  const reader = makeConfigReader(plugins.binders, run.resolved);
  try {
    const { parts, missing } = await provider.record({ cluster, signal, log: run.log, config: (binder) => reader.config(binder) });
    run.log.debug(`cloud ${provider.name}: ${Object.keys(parts).join(', ')}`);
    return { clouds: { [provider.name]: parts }, missing };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { clouds: {}, missing: [{ what: `the cloud ${provider.name}`, why }] };
  }
}
