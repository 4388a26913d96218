import assert from 'node:assert/strict';
import {
  type Cluster,
  type ClusterSource,
  type ConfigReader,
  type InfraShim,
  type Network,
  type Provider,
  composeNetwork,
} from '@skoop/core';
import { providerFaults } from '@skoop/core/plugins';
import { type ContractTest, contractTest } from './contract-test.ts';
import { assertPure } from './fingerprint.ts';

export interface ProviderSample {
  /** As in the manifest. */
  readonly name: string;
  /** A cluster that is its own. */
  readonly cluster: () => Cluster;
  readonly config: ConfigReader;
}

/** What `compose` was given, for a look at the provider's part. */
export interface Composed {
  readonly network: Network;
  /** `undefined` where the provider returns a network entirely its own. */
  readonly infra: InfraShim | undefined;
  readonly nodeKinds: readonly string[];
}

/** Builds the provider's network over a cluster, as a run does. */
export async function createNetwork(provider: Provider, { cluster, config }: Omit<ProviderSample, 'name'>): Promise<Composed> {
  const objects = cluster();
  const source = sourceOf(objects);
  let parts: Parameters<Parameters<Provider['createNetwork']>[0]['compose']>[0] | undefined;
  const network = await provider.createNetwork({
    cluster: objects,
    signal: new AbortController().signal,
    log: { warn: () => undefined, info: () => undefined, debug: () => undefined },
    config: (binder) => config.config(binder),
    compose: (given) => {
      parts = given;
      return Promise.resolve(composeNetwork({ source, infra: given.infra }));
    },
  });
  return { network, infra: parts?.infra, nodeKinds: parts?.nodeKinds ?? [] };
}

function sourceOf(cluster: Cluster): ClusterSource {
  return { cluster: { ...cluster, hosts: new Map() }, collect: () => Promise.resolve(cluster), dispose: () => Promise.resolve() };
}

/** What a Provider promises. */
export function providerContract(provider: Provider, sample: ProviderSample): readonly ContractTest[] {
  return [
    contractTest('it has the fields of a Provider', () => assert.deepEqual(providerFaults(provider, sample.name), [])),
    contractTest('it recognises the cluster as its own, and says by what', () => {
      if (provider.detect === undefined) return;
      const cluster = sample.cluster();
      const { score, because } = assertPure('detect', () => provider.detect?.(cluster) ?? { score: 0, because: [] }, cluster);
      assert.ok(Number.isFinite(score) && score > 0 && score <= 100, `the score ${String(score)} must be above 0 and at most 100`);
      assert.ok(because.length > 0 && because.every((text) => typeof text === 'string' && text !== ''), 'because must say what was seen');
    }),
    contractTest('it builds a network', async () => {
      const { network } = await createNetwork(provider, sample);
      assert.equal(typeof network.diagnose, 'function', 'a Network has "diagnose"');
      assert.equal(typeof network.dispose, 'function', 'a Network has "dispose"');
      await network.dispose();
    }),
    contractTest('it leaves the cluster as it is', async () => {
      const cluster = sample.cluster();
      const before = JSON.stringify([cluster.nodes, cluster.pods, cluster.services]);
      await (await createNetwork(provider, { ...sample, cluster: () => cluster })).network.dispose();
      assert.equal(JSON.stringify([cluster.nodes, cluster.pods, cluster.services]), before);
    }),
    contractTest('its network can be disposed of twice', async () => {
      const { network } = await createNetwork(provider, sample);
      await network.dispose();
      await network.dispose();
    }),
  ];
}
