import type { Cluster } from '../cluster/cluster.ts';
import type { ConfigBinder } from './config-binder.ts';
import type { InfraShim } from './infra-shim.ts';
import type { Network } from './network.ts';

/** How a plugin reads its configuration: by its own binder, typed. */
export interface ConfigReader {
  config<C>(binder: ConfigBinder<C>): C;
}

/** What a plugin may say while it works; it goes to standard error. Secrets are redacted. */
export interface Log {
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** What core hands to a provider that is to read its cloud for a snapshot. `cluster` holds the objects, and no dump of a node. */
export interface RecordContext extends ConfigReader {
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What a provider read of its cloud, by parts: plain JSON. It becomes `clouds/NAME/PART.json` of a snapshot. */
export type CloudParts = Readonly<Record<string, unknown>>;

/** What core hands to a provider. */
export interface ProviderContext extends RecordContext {
  /**
   * The parts that a snapshot holds of this provider, as they were in the file: anybody may have written it. `undefined`: there are none, and the
   * cloud is asked.
   */
  readonly recorded?: CloudParts;
  /**
   * Puts a provider's part and the CNI's together into a {@link Network}. Core detects the CNI and finds its plugin.
   * `cnis` names those that the provider supports; another is refused with the code `UNSUPPORTED_CNI`.
   */
  compose(parts: {
    readonly infra: InfraShim;
    readonly nodeKinds?: readonly string[];
    readonly cnis?: readonly string[];
  }): Promise<Network>;
}
