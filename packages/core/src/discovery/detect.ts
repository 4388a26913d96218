import type { Cluster } from '../cluster/cluster.ts';
import type { CniPlugin, Confidence } from '../contracts/cni-plugin.ts';
import type { Provider } from '../contracts/provider.ts';
import { entriesOf, find } from './find.ts';
import type { Discovery, PluginProblem } from './found.ts';
import { subjectOf } from './import-module.ts';
import { type OwnedEntry, importCni, importProvider, loadCni, loadProvider } from './load.ts';
import { pluginProblem, reasonOf } from './problem.ts';

/** A provider without `detect` that a node's providerID names is about as sure as one whose `detect` sees only that. */
const BY_PREFIX = 50;

export interface Considered extends Confidence {
  readonly name: string;
}

export interface DetectedProvider {
  readonly provider: Provider;
  /** What the choice rests on; says so where it was named or nothing else fitted. */
  readonly because: readonly string[];
  readonly considered: readonly Considered[];
  /** Candidates that could not be asked. */
  readonly problems: readonly PluginProblem[];
}

/**
 * The provider of a cluster: of those a manifest prefix of which begins a node's providerID, the one whose `detect` is surest; else `generic`.
 * Only those are imported. `override` names one instead. Throws where the chosen one can't be used.
 */
export async function detectProvider(discovery: Discovery, cluster: Cluster, override?: string): Promise<DetectedProvider> {
  if (override !== undefined && override !== 'auto')
    return { provider: await loadProvider(discovery, override), because: ['--cloud-provider'], considered: [], problems: [] };
  const candidates = entriesOf(discovery, 'provider').flatMap((owned) => {
    const node = claimedNode(owned, cluster);
    return node === undefined ? [] : [{ owned, node }];
  });
  const { best, considered, problems } = surest(
    await Promise.all(
      candidates.map(async ({ owned, node }) => {
        const loaded = await importProvider(owned);
        if (!loaded.ok) return loaded.error;
        const provider = loaded.value;
        return ask(owned, provider, () => provider.detect?.(cluster) ?? { score: BY_PREFIX, because: [node] });
      }),
    ),
  );
  // Loaded by name, so that a clash of names is seen.
  const chosen = best === undefined ? 'generic' : best.name;
  const because = best === undefined ? ['no installed provider knows the nodes'] : best.because;
  return { provider: await loadProvider(discovery, chosen), because, considered, problems };
}

function claimedNode({ entry }: OwnedEntry, cluster: Cluster): string | undefined {
  const prefixes = entry.detect?.providerID ?? [];
  const node = cluster.nodes.find(({ spec }) => prefixes.some((prefix) => spec.providerID.startsWith(prefix)));
  return node === undefined ? undefined : `node ${node.metadata.name}: spec.providerID ${node.spec.providerID}`;
}

export interface DetectedCni {
  /** `undefined` where no plugin fits: the packet is then traced without a CNI's checks. */
  readonly plugin: CniPlugin | undefined;
  readonly because: readonly string[];
  readonly considered: readonly Considered[];
  readonly problems: readonly PluginProblem[];
}

/** The CNI plugin of a cluster: every one found is imported and asked, and the surest wins, unless `override` names one. */
export async function detectCni(discovery: Discovery, cluster: Cluster, override?: string): Promise<DetectedCni> {
  if (override !== undefined && override !== 'auto')
    return { plugin: await loadCni(discovery, override), because: ['--network-plugin'], considered: [], problems: [] };
  const { best, considered, problems } = surest(
    await Promise.all(
      entriesOf(discovery, 'cni').map(async (owned) => {
        const loaded = await importCni(owned);
        return loaded.ok ? ask(owned, loaded.value, () => loaded.value.detect(cluster)) : loaded.error;
      }),
    ),
  );
  if (best !== undefined) find(discovery, 'cni', best.name);
  return { plugin: best?.plugin, because: best?.because ?? [], considered, problems };
}

interface Answer<P> extends Considered {
  readonly plugin: P;
}

/** A plugin's answer is not trusted to be one. */
function ask<P>({ plugin: found, entry }: OwnedEntry, plugin: P, detect: () => Confidence): Answer<P> | PluginProblem {
  try {
    const { score, because } = detect();
    if (!Number.isFinite(score) || !Array.isArray(because)) throw new TypeError('its answer has no finite score, or no list "because"');
    return { name: entry.name, plugin, score, because: because.map(String) };
  } catch (thrown) {
    return pluginProblem(
      'PLUGIN_DETECT_FAILED',
      subjectOf(found),
      `${entry.kind} ${entry.name} could not tell whether the cluster is its own: ${reasonOf(thrown)}`,
      {
        remedy: `name the ${entry.kind === 'cni' ? 'network plugin with --network-plugin' : 'provider with --cloud-provider'}, or update ${found.package}`,
        cause: thrown,
      },
    );
  }
}

/** Equally sure ones: the nearer origin, then the package's name, which is the order of the answers. */
function surest<P>(answers: readonly (Answer<P> | PluginProblem)[]): {
  readonly best: Answer<P> | undefined;
  readonly considered: readonly Considered[];
  readonly problems: readonly PluginProblem[];
} {
  const given = answers.filter((answer): answer is Answer<P> => 'score' in answer);
  const best = given.reduce<Answer<P> | undefined>((a, b) => (b.score > (a?.score ?? 0) ? b : a), undefined);
  return {
    best,
    considered: given.map(({ name, score, because }) => ({ name, score, because })),
    problems: answers.filter((answer): answer is PluginProblem => 'code' in answer),
  };
}
