import type { ClusterSource, CustomResource, LiveApi } from '@skoop/core';
import type { Discovery } from '@skoop/core/plugins';
import { mergeResources } from '@skoop/core/plugins';
import type { Deadline } from '../run/deadline.ts';
import { textOf } from '../config/values.ts';
import type { Run } from '../skoop-command.ts';
import { collectOptions, connectOptions } from './options.ts';

/** A cluster to ask: live or recorded. */
export interface OpenCluster {
  readonly source: ClusterSource;
  /** The one that a name without a namespace is in. */
  readonly namespace: string;
  /** `undefined` for a recording. */
  readonly api: LiveApi | undefined;
}

/** What the plugins found want to read of a cluster beside what every run reads. */
export interface Reads {
  readonly configMaps: readonly string[];
  readonly annotations: readonly string[];
  readonly resources: readonly CustomResource[];
}

export function readsOf({ plugins }: Discovery): Reads {
  const reads = plugins.flatMap((plugin) => plugin.manifest.plugins.flatMap((entry) => entry.reads ?? []));
  return {
    configMaps: reads.flatMap(({ configMaps }) => configMaps ?? []),
    annotations: reads.flatMap(({ annotations }) => annotations ?? []),
    resources: mergeResources(reads.flatMap(({ resources }) => resources ?? [])),
  };
}

/** By `--snapshot` or by the kubeconfig. A run that is over before the API has answered is a cluster that can't be reached. */
export async function openCluster(run: Run, discovery: Discovery, deadline: Deadline): Promise<OpenCluster> {
  const file = textOf(run.values, 'snapshot');
  const reads = readsOf(discovery);
  if (file !== undefined) return openSnapshot(run, file, reads);
  const { configMaps, annotations, resources } = reads;
  const { connect, decodeNode, liveSource, skoopError } = await import('@skoop/core');
  const collect = await collectOptions(run.values, deadline.ms);
  let api: LiveApi | undefined;
  try {
    api = await connect(connectOptions(run.values), deadline.signal);
    const source = await liveSource({
      api,
      wanted: { namespaces: true, workloads: true, policies: true, configMaps, resources },
      annotations,
      collect,
      decode: decodeNode,
      signal: deadline.signal,
      log: run.log,
      progress: ({ node, phase }) => {
        run.log.debug(`${node}: ${phase}`);
      },
    });
    return { source, namespace: textOf(run.values, 'namespace') ?? api.namespace, api };
  } catch (error) {
    api?.close();
    if (!deadline.passed()) throw error;
    const server = api === undefined ? 'the cluster' : `the API server ${api.server}`;
    throw skoopError('CLUSTER_UNREACHABLE', `${server} did not answer within ${String(deadline.ms / 1000)} s`, {
      exit: 4,
      remedy: 'Try `kubectl version`; --timeout allows more time.',
      cause: error,
    });
  }
}

async function openSnapshot(run: Run, file: string, { annotations, resources }: Reads): Promise<OpenCluster> {
  const { readSnapshot, snapshotSource } = await import('@skoop/core');
  const snapshot = await readSnapshot(file);
  if (!snapshot.ok) throw snapshot.error;
  const { manifest, problems } = snapshot.value;
  for (const problem of problems) run.log.warn(`${file}: ${problem}`);
  for (const { what, why } of manifest.missing) run.log.warn(`${file} lacks ${what}: ${why}`);
  return {
    source: snapshotSource(snapshot.value, annotations, resources),
    namespace: textOf(run.values, 'namespace') ?? 'default',
    api: undefined,
  };
}
