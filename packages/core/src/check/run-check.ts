import type { ClusterSource } from '../cluster/source.ts';
import { skoopError } from '../contracts/error.ts';
import type { CheckScope, Network } from '../contracts/network.ts';
import { settle } from '../diagnose/suspect.ts';
import type { CheckReport } from '../report/check-report.ts';
import { collectedFrom } from '../report/collected.ts';
import type { ClusterFacts, UsedPlugin } from '../report/diagnosis.ts';
import { hasNetwork } from '../cluster/has-network.ts';

/** Everything that {@link runCheck} needs. */
export interface CheckRun {
  readonly source: ClusterSource;
  /** Of the provider: composed, or entirely its own. Disposing of it stays the caller's. */
  readonly network: Network;
  readonly scope: CheckScope;
  readonly skoop: { readonly version: string; readonly plugins: readonly UsedPlugin[] };
  readonly facts: ClusterFacts;
}

/** Looks at every node and pod in scope. Throws `CHECK_UNSUPPORTED` where the provider's network has no checks; what the cluster lacks is in the answer. */
export async function runCheck({ source, network, scope, skoop, facts }: CheckRun): Promise<CheckReport> {
  if (network.check === undefined)
    throw skoopError('CHECK_UNSUPPORTED', `the network of provider ${facts.provider} has no checks of its own`, {
      remedy: '--cloud-provider generic looks at the nodes and pods without the cloud.',
    });
  const suspicions = settle(await network.check(scope));
  // Nothing new is asked for: this is what the check has collected.
  const cluster = await source.collect([]);
  const collected = collectedFrom(cluster);
  const dumped = new Set(collected.nodes);
  const pods = cluster.pods.filter((pod) => dumped.has(pod.spec.nodeName) && hasNetwork(pod));
  return {
    apiVersion: 'skoop.io/v1alpha1',
    kind: 'Check',
    skoop,
    cluster: facts,
    checked: { nodes: dumped.size, pods: pods.length },
    suspicions,
    collected,
  };
}
