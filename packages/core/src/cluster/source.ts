import type { CloudParts } from '../contracts/context.ts';
import type { Cluster } from './cluster.ts';

/**
 * Where a diagnosis gets its cluster from: the API and collectors, or a file. The one thing in core that does I/O during a diagnosis.
 */
export interface ClusterSource {
  /** The objects. `hosts` is empty until nodes are collected. */
  readonly cluster: Cluster;
  /** What a snapshot holds of clouds, by provider; `undefined` for a live cluster. */
  readonly clouds?: Readonly<Record<string, CloudParts>>;
  /**
   * Adds these nodes' dumps, all at once, each node once a run: one that is in `hosts` already is not asked again.
   * Never throws for what a node is or lacks: such a node is `missing` in `hosts`. The answer holds the nodes of earlier calls as well.
   */
  collect(nodes: readonly string[]): Promise<Cluster>;
  /** Frees what the run holds, in the cluster too. May be called twice. */
  dispose(): Promise<void>;
}
