import type { Cluster } from '../cluster/cluster.ts';
import type { Confidence } from './cni-plugin.ts';
import type { CloudParts, ProviderContext, RecordContext } from './context.ts';
import type { Network } from './network.ts';

/** What a snapshot keeps of a cloud. */
export interface CloudRecord {
  /** No secret in it, and no field that nothing reads. */
  readonly parts: CloudParts;
  /** What could not be read, and why. */
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

/** A cloud, or the lack of one: builds the {@link Network} of a cluster. */
export interface Provider {
  /** The value of `--cloud-provider`, as in the manifest. */
  readonly name: string;
  /** Asked where several manifests claim a cluster's nodes. */
  detect?(cluster: Cluster): Confidence;
  /** Normally `ctx.compose({ infra })`; may be a network entirely its own. */
  createNetwork(ctx: ProviderContext): Promise<Network>;
  /**
   * Reads what any question about this cluster may need, for `skoop snapshot`. A later `createNetwork` gets the parts as `ctx.recorded`, and answers
   * as it would have answered now. Without it a snapshot holds nothing of the cloud.
   */
  record?(ctx: RecordContext): Promise<CloudRecord>;
}
