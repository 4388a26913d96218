import type { ClusterSource } from '../cluster/source.ts';
import type { InfraShim } from '../contracts/infra-shim.ts';
import type { Network } from '../contracts/network.ts';
import { checkNetwork } from '../check/check-network.ts';
import type { ConfiguredCni } from '../health/cni.ts';
import { diagnose } from './engine.ts';

/** What a network is put together from. */
export interface NetworkParts {
  readonly source: ClusterSource;
  /** The provider's part. Without it every wire passes everything. */
  readonly infra?: InfraShim;
  /** The CNI's part. Without it no checks are made, and whether policies are enforced is unknown. */
  readonly cni?: ConfiguredCni;
  /** Collect the nodes of all of a Service's backends at once, instead of the first ten by name. */
  readonly allBackends?: boolean;
}

/** Provider × CNI as one {@link Network}. Disposes of `source`. */
export function composeNetwork(parts: NetworkParts): Network {
  return {
    diagnose: (question, source, destination) => diagnose(parts, question, source, destination),
    check: (scope) => checkNetwork(parts, scope),
    dispose: () => parts.source.dispose(),
  };
}
