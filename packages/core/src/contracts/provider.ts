import type { Cluster } from '../cluster/cluster.ts';
import type { Confidence } from './cni-plugin.ts';
import type { ProviderContext } from './context.ts';
import type { Network } from './network.ts';

/** A cloud, or the lack of one: builds the {@link Network} of a cluster. */
export interface Provider {
  /** The value of `--cloud-provider`, as in the manifest. */
  readonly name: string;
  /** Asked where several manifests claim a cluster's nodes. */
  detect?(cluster: Cluster): Confidence;
  /** Normally `ctx.compose({ infra })`; may be a network entirely its own. */
  createNetwork(ctx: ProviderContext): Promise<Network>;
}
