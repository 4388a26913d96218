import type { Cluster } from '../cluster/cluster.ts';
import type { Collected } from './diagnosis.ts';

/** What of a cluster was collected, and what is missing of it, for a report. */
export function collectedFrom(cluster: Cluster): Collected {
  const nodes = [...cluster.hosts].filter(([, state]) => state.kind === 'dumped').map(([name]) => name);
  const absent = [...cluster.hosts].flatMap(([name, state]) =>
    state.kind === 'missing' ? [{ what: `node ${name}`, why: state.why }] : [],
  );
  return { nodes: nodes.sort(), missing: [...cluster.missing, ...absent] };
}
