import type { CollectedNode, LiveApi, NodeDump, RawLists, SnapshotData } from '@skoop/core';
import {
  MISSING_NODE,
  SNAPSHOT_FORMAT,
  STATIC_POD_HASH,
  clusterOf,
  collectNodes,
  connect,
  decodeNodeDump,
  writeSnapshot,
} from '@skoop/core';
import { parseAll } from '@skoop/core/plugins';
import { readsOf } from '../cluster/open-cluster.ts';
import { collectOptions, connectOptions, durationOf } from '../cluster/options.ts';
import { isSet, listOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { nodesWanted } from '../network/nodes-wanted.ts';
import { writePlan } from '../network/write-plan.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import { type Deadline, startDeadline } from '../run/deadline.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { packageVersion } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';
import { type RecordedCloud, recordCloud } from './record-cloud.ts';

/** Every node that gave a dump, and why the others gave none. */
interface Collected {
  readonly nodes: readonly NodeDump[];
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/** `skoop snapshot`: the whole cluster in a file. */
export async function snapshot(run: Run, plugins: LoadedPlugins): Promise<ExitStatus> {
  const output = textOf(run.values, 'output');
  const isDryRun = isSet(run.values, 'dry-run');
  if (output === undefined && !isDryRun)
    throw usageError('--output is missing', '`skoop snapshot --output cluster.tar.gz`, or `--output -` for standard output.');
  if (output === '-' && process.stdout.isTTY)
    throw usageError('a snapshot is binary: not written to a terminal', 'Name a file with --output, or redirect standard output.');
  const [wrong] = parseAll(plugins.binders, run.resolved);
  if (wrong !== undefined) throw wrong;
  const deadline = startDeadline(run.signal, durationOf(run.values, 'timeout') ?? 60_000);
  const reads = readsOf(plugins.discovery);
  const api = await connect(connectOptions(run.values), deadline.signal);
  try {
    const configMaps = [...new Set(['kube-system/kube-proxy', ...reads.configMaps])];
    const wanted = { namespaces: true, workloads: true, policies: true, configMaps, resources: reads.resources };
    const raw = await api.list(wanted, { signal: deadline.signal });
    const names = nodesWanted(nodeNames(raw), listOf(run.values, 'nodes'));
    if (isDryRun) {
      await writePlan(run, names);
      return Exit.ok;
    }
    const [collected, cloud] = await Promise.all([
      collect(run, api, names, deadline),
      recordCloud(run, plugins, clusterOf(raw, reads.annotations, reads.resources), deadline.signal),
    ]);
    run.signal.throwIfAborted();
    const data = snapshotData(raw, collected, cloud);
    const written = await writeSnapshot(data, output === undefined || output === '-' ? process.stdout : output, {
      annotations: [...reads.annotations, STATIC_POD_HASH],
      resources: reads.resources,
    });
    if (!written.ok) throw written.error;
    const { missing } = data.manifest;
    for (const { what, why } of missing) run.log.warn(`the snapshot lacks ${what}: ${why}`);
    run.log.note(
      `${String(collected.nodes.length)} of ${String(names.length)} nodes recorded${output === undefined || output === '-' ? '' : ` in ${output}`}`,
    );
    return missing.length > 0 ? Exit.unknown : Exit.ok;
  } finally {
    api.close();
  }
}

function nodeNames(raw: RawLists): readonly string[] {
  const list = raw.lists['nodes'] as { readonly items?: readonly { readonly metadata?: { readonly name?: unknown } }[] } | undefined;
  return (list?.items ?? []).flatMap(({ metadata }) => (typeof metadata?.name === 'string' ? [metadata.name] : []));
}

async function collect(run: Run, api: LiveApi, names: readonly string[], deadline: Deadline): Promise<Collected> {
  const options = await collectOptions(run.values, deadline.ms);
  const progress = ({ node, phase }: { readonly node: string; readonly phase: string }): void => {
    run.log.debug(`${node}: ${phase}`);
  };
  const dumps = await collectNodes(api, names, options, { signal: deadline.signal, log: run.log, progress });
  const nodes: NodeDump[] = [];
  const missing: { what: string; why: string }[] = [];
  for (const [name, result] of dumps) {
    const dump = decode(name, result);
    if (typeof dump === 'string') missing.push({ what: `${MISSING_NODE}${name}`, why: dump });
    else {
      nodes.push(dump);
      for (const problem of dump.problems) run.log.debug(`${name}: ${problem}`);
      if (dump.truncated)
        missing.push({
          what: `a part of node ${name}`,
          why: result.kind === 'dump' && result.cut !== undefined ? result.cut : 'its stream was cut',
        });
    }
  }
  return { nodes, missing };
}

function decode(name: string, result: CollectedNode): NodeDump | string {
  if (result.kind === 'missing') return result.why;
  const dump = decodeNodeDump(result.bytes);
  return dump.ok ? { ...dump.value, node: name } : dump.error.message;
}

function snapshotData(raw: RawLists, { nodes, missing }: Collected, cloud: RecordedCloud): Omit<SnapshotData, 'problems'> {
  return {
    manifest: {
      formatVersion: SNAPSHOT_FORMAT,
      created: new Date().toISOString(),
      skoop: packageVersion(),
      clusterVersion: raw.version,
      missing: [...raw.missing, ...missing, ...cloud.missing],
    },
    objects: raw.lists,
    nodes: [...nodes].sort((a, b) => (a.node < b.node ? -1 : 1)),
    clouds: cloud.clouds,
  };
}
