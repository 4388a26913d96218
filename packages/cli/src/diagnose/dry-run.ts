import type { Cluster, Endpoint } from '@skoop/core';
import type { OpenCluster } from '../cluster/open-cluster.ts';
import { writePlan } from '../network/write-plan.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import type { Pair } from './answer.ts';

/** `--dry-run`: the pods that would be made first, and the rights that they need, as manifests; more nodes follow only if the packet reaches them. */
export async function dryRun(run: Run, { source, api }: OpenCluster, pairs: readonly Pair[]): Promise<ExitStatus> {
  if (api === undefined) {
    run.log.note('nothing would be created: the cluster is read from a snapshot');
    return Exit.ok;
  }
  const nodes = [...new Set(pairs.flatMap(({ from, to }) => [...nodesOf(source.cluster, from), ...nodesOf(source.cluster, to)]))].sort();
  await writePlan(run, nodes);
  return Exit.ok;
}

function nodesOf(cluster: Cluster, end: Endpoint): readonly string[] {
  if (end.kind === 'node') return end.name === undefined ? [] : [end.name];
  const onNode = (namespace: string, name: string): string[] =>
    cluster.pods.filter(({ metadata }) => metadata.namespace === namespace && metadata.name === name).map((pod) => pod.spec.nodeName);
  if (end.kind === 'pod') return onNode(end.namespace ?? '', end.name ?? '').filter((node) => node !== '');
  const service = end.service ?? (end.kind === 'service' ? `${end.namespace ?? ''}/${end.name ?? ''}` : undefined);
  return cluster.endpointSlices
    .filter(({ metadata }) => `${metadata.namespace}/${metadata.labels['kubernetes.io/service-name'] ?? ''}` === service)
    .flatMap((slice) => slice.endpoints.map((endpoint) => endpoint.nodeName))
    .filter((node) => node !== '');
}
