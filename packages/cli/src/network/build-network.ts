import type { ClusterFacts, ClusterSource, CniConfig, CniPlugin, Network, Provider, ProviderContext, UsedPlugin } from '@skoop/core';
import { composeNetwork, skoopError } from '@skoop/core';
import { detectCni, detectProvider, makeConfigReader } from '@skoop/core/plugins';
import { isSet, textOf } from '../config/values.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import type { Run } from '../skoop-command.ts';
import { type Ask, asker } from './answered.ts';
import { factsOf } from './facts.ts';
import { ownNetwork } from './own-network.ts';

/** A cluster's network, put together from the provider and the CNI that were detected or named. */
export interface BuiltNetwork {
  readonly network: Network;
  readonly cni: { readonly plugin: CniPlugin; readonly config: CniConfig } | undefined;
  readonly facts: ClusterFacts;
  readonly used: readonly UsedPlugin[];
}

export async function buildNetwork(run: Run, plugins: LoadedPlugins, source: ClusterSource, signal: AbortSignal): Promise<BuiltNetwork> {
  const { cluster } = source;
  const { values, log } = run;
  const { discovery } = plugins;
  const config = makeConfigReader(plugins.binders, run.resolved);
  const [detectedProvider, detectedCni] = await Promise.all([
    detectProvider(discovery, cluster, textOf(values, 'cloud-provider')),
    detectCni(discovery, cluster, textOf(values, 'network-plugin')),
  ]);
  for (const problem of [...detectedProvider.problems, ...detectedCni.problems]) log.warn(`${problem.message} [${problem.code}]`);
  const { provider } = detectedProvider;
  const cni =
    detectedCni.plugin === undefined
      ? undefined
      : await configured(plugins, detectedCni.plugin, (plugin) => overruled(plugin.configure(cluster, config), values));
  const composed = new Set<Network>();
  const context: ProviderContext = {
    cluster,
    signal,
    log,
    config: (binder) => config.config(binder),
    ...recordedOf(source, provider.name),
    compose: (parts) => {
      const name = cni?.plugin.name;
      if (parts.cnis !== undefined && name !== undefined && !parts.cnis.includes(name)) {
        throw skoopError('UNSUPPORTED_CNI', `provider ${provider.name} does not support the network plugin ${name}`, {
          remedy: `It supports ${parts.cnis.join(', ')}; --network-plugin overrules what was detected.`,
        });
      }
      const made = composeNetwork({
        source,
        infra: parts.infra,
        ...(cni !== undefined && { cni }),
        allBackends: isSet(values, 'all-backends'),
      });
      composed.add(made);
      return Promise.resolve(made);
    },
  };
  const network = await created(asker(plugins, 'provider', provider.name), provider, context, composed);
  const proxyMode = textOf(values, 'proxy-mode');
  const facts = factsOf(cluster, {
    provider: provider.name,
    providerBecause: detectedProvider.because,
    cni: cni?.plugin.name ?? '',
    cniBecause: detectedCni.because,
    proxyMode,
  });
  for (const line of facts.detectedFrom) log.debug(line);
  for (const flag of ['cloud-provider', 'network-plugin', 'proxy-mode', 'cluster-cidr']) {
    if ((run.resolved.origins.get(flag)?.kind ?? 'default') !== 'default' && textOf(values, flag) !== 'auto')
      log.note(`--${flag} ${textOf(values, flag) ?? ''} overrules what would be detected`);
  }
  return { network, cni, facts, used: usedPlugins(plugins, provider.name, cni?.plugin.name) };
}

function recordedOf({ clouds = {} }: ClusterSource, provider: string): Pick<ProviderContext, 'recorded'> {
  const recorded = Object.hasOwn(clouds, provider) ? clouds[provider] : undefined;
  return recorded === undefined ? {} : { recorded };
}

async function configured(plugins: LoadedPlugins, plugin: CniPlugin, configure: (plugin: CniPlugin) => CniConfig) {
  const config = await asker(plugins, 'cni', plugin.name)('read its configuration', () => configure(plugin));
  return { plugin, config };
}

/** @param composed the networks that core has put together */
async function created(ask: Ask, provider: Provider, context: ProviderContext, composed: ReadonlySet<Network>): Promise<Network> {
  const network = await ask('build the network', async () => {
    const made: Partial<Network> | undefined = await provider.createNetwork(context);
    if (typeof made?.diagnose !== 'function' || typeof made.dispose !== 'function')
      throw new TypeError('createNetwork gave no Network (diagnose, dispose)');
    return made as Network;
  });
  return composed.has(network) ? network : ownNetwork(network, ask);
}

function overruled(config: CniConfig, values: Run['values']): CniConfig {
  const cidrs = textOf(values, 'cluster-cidr');
  return cidrs === undefined ? config : { ...config, podCidrs: cidrs.split(',').map((cidr) => cidr.trim()) };
}

function usedPlugins(plugins: LoadedPlugins, provider: string, cni: string | undefined): readonly UsedPlugin[] {
  return plugins.discovery.plugins.flatMap((plugin) =>
    plugin.manifest.plugins
      .filter((entry) => (entry.kind === 'provider' ? entry.name === provider : entry.name === cni))
      .map((entry) => ({ kind: entry.kind, name: entry.name, package: plugin.package, version: plugin.version })),
  );
}
