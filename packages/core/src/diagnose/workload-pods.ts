import type { Cluster } from '../cluster/cluster.ts';
import type { ObjectMeta, Pod, Workload } from '../cluster/objects.ts';
import { isFinished, isReady, keyOf } from './owners.ts';

/** The pods of a workload that can be an end: those that run and are ready first, then by name. */
export function podsOfWorkload(cluster: Cluster, workload: Workload): readonly Pod[] {
  const owned = cluster.pods.filter(
    (pod) => pod.metadata.namespace === workload.metadata.namespace && isOwned(cluster, pod.metadata, workload, 4),
  );
  const pods =
    owned.length > 0
      ? owned
      : cluster.pods.filter(
          (pod) => pod.metadata.namespace === workload.metadata.namespace && selects(workload.matchLabels, pod.metadata.labels),
        );
  return inOrder(pods);
}

export function inOrder(pods: readonly Pod[]): readonly Pod[] {
  const rank = (pod: Pod): number =>
    isFinished(pod) ? 3 : pod.status.phase !== 'Running' ? 2 : isReady(pod) && pod.metadata.deletionTimestamp === undefined ? 0 : 1;
  return [...pods].sort((a, b) => rank(a) - rank(b) || keyOf(a).localeCompare(keyOf(b)));
}

/** Deployments own ReplicaSets that own pods; CronJobs own Jobs. */
function isOwned(cluster: Cluster, meta: ObjectMeta, by: Workload, depth: number): boolean {
  return meta.ownerReferences.some((owner) => {
    if (owner.kind === by.kind && owner.name === by.metadata.name) return true;
    const between =
      depth === 0
        ? undefined
        : cluster.workloads.find(
            ({ kind, metadata }) => kind === owner.kind && metadata.name === owner.name && metadata.namespace === meta.namespace,
          );
    return between !== undefined && isOwned(cluster, between.metadata, by, depth - 1);
  });
}

/** An empty selector selects nothing here: a Service without one has its endpoints from elsewhere. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
