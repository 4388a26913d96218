import assert from 'node:assert/strict';
import { type Cluster, type CniConfig, type CniPlugin, type ConfigReader, type NodeState, type Suspicion, clusterOf } from '@skoop/core';
import { cniFaults } from '@skoop/core/plugins';
import { type ArtifactName, parsePrefix } from '@skoop/netstack';
import { type ContractTest, contractTest } from './contract-test.ts';
import { assertJson, assertPure } from './fingerprint.ts';
import type { Recording } from './recording.ts';
import { assertPages, assertSuspicion } from './suspicion.ts';

export interface CniSample {
  /** As in the manifest. */
  readonly name: string;
  /** Clusters of this network on which nothing is wrong; each call makes one anew. */
  readonly healthy: Readonly<Record<string, () => Recording>>;
  /** How the plugin reads its flags. */
  readonly config: ConfigReader;
  /** What codes may begin with; the plugin's name in upper case where it is left out. */
  readonly areas?: readonly string[];
  /** The codes that have pages. */
  readonly pages?: ReadonlySet<string>;
}

/** Nothing is known of it: a cluster as a plugin may see it before anything was collected. */
const EMPTY: Cluster = clusterOf({ version: '', lists: {}, missing: [] }, []);

/** What a CNI plugin promises. */
export function cniPluginContract(plugin: CniPlugin, sample: CniSample): readonly ContractTest[] {
  const { name, healthy, config, areas = [name.toUpperCase().replaceAll('-', '_')], pages } = sample;
  const recordings = Object.entries(healthy);
  const configured = (cluster: Cluster): CniConfig => plugin.configure(cluster, config);
  return [
    contractTest('it has the fields of a CniPlugin', () => assert.deepEqual(cniFaults(plugin, name), [])),
    contractTest('a cluster of which nothing is known is not its own beyond doubt, and no error', () => {
      const { score } = assertPure('detect', () => plugin.detect(EMPTY), EMPTY);
      assert.ok(score < 100);
      assertConfig(configured(EMPTY));
    }),
    contractTest('what it enforces is a list of kinds', () => {
      // Of another API group: `NetworkPolicy.crd.projectcalico.org`.
      assert.ok(plugin.enforces.every((kind) => /^(?:[a-z0-9.-]+\/)?[A-Z][A-Za-z]+(?:\.[a-z0-9.-]+)?$/.test(kind)));
    }),
    ...recordings.flatMap(([title, record]) => [
      contractTest(`${title}: it recognises the cluster as its own, and says by what`, () => {
        const cluster = record().cluster();
        const { score, because } = assertPure('detect', () => plugin.detect(cluster), cluster);
        assert.ok(Number.isFinite(score) && score > 0 && score <= 100, `the score ${String(score)} must be above 0 and at most 100`);
        assert.ok(because.length > 0 && because.every((text) => typeof text === 'string' && text !== ''), 'because must say what was seen');
      }),
      contractTest(`${title}: its configuration is plain data, read from the cluster`, () => {
        const cluster = record().cluster();
        assertConfig(assertPure('configure', () => configured(cluster), cluster));
      }),
      contractTest(`${title}: it finds nothing wrong where nothing is`, () => {
        assert.deepEqual(problemsOf(plugin, record(), config), []);
      }),
      contractTest(`${title}: its checks are pure`, () => {
        const cluster = record().cluster();
        const settings = configured(cluster);
        for (const [node, state] of dumped(cluster))
          assertPure(`the checks of ${node}`, () => checked(plugin, cluster, settings, node, state), cluster, settings);
      }),
      contractTest(`${title}: what was not collected is not taken for broken`, () => {
        for (const artifact of artifactsOf(record())) {
          const lacking = without(record(), artifact);
          assert.deepEqual(problemsOf(plugin, lacking, config), [], `without ${artifact} nothing must be told of as broken`);
        }
      }),
      contractTest(`${title}: without any dump, and without any pod, its checks end`, () => {
        const bare = record();
        for (const dump of Object.values(bare.dumps)) Object.assign(dump, { host: {}, pods: {} });
        assert.deepEqual(problemsOf(plugin, bare, config), []);
        const empty = record();
        empty.pods.splice(0);
        told(plugin, empty, config);
      }),
      contractTest(`${title}: whatever it says of a cluster that is broken can be shown, and has a page`, () => {
        const codes: string[] = [];
        for (const broken of damaged(record))
          for (const suspicion of told(plugin, broken, config)) {
            assertSuspicion(suspicion, areas);
            codes.push(suspicion.code);
          }
        if (pages !== undefined) assertPages(codes, pages);
      }),
    ]),
  ];
}

function assertConfig(config: CniConfig): void {
  assertJson('the configuration', config);
  for (const cidr of config.podCidrs) assert.ok(parsePrefix(cidr) !== undefined, `podCidrs: "${cidr}" must be a network, as 10.244.0.0/16`);
  assert.ok(config.mtu === undefined || (Number.isInteger(config.mtu) && config.mtu > 0), 'mtu must be a number of bytes');
}

type Dumped = Extract<NodeState, { readonly kind: 'dumped' }>;

function dumped(cluster: Cluster): readonly (readonly [string, Dumped])[] {
  return [...cluster.hosts].flatMap(([name, state]) => (state.kind === 'dumped' ? [[name, state] as const] : []));
}

function checked(plugin: CniPlugin, cluster: Cluster, config: CniConfig, name: string, { host }: Dumped): readonly Suspicion[] {
  const node = cluster.nodes.find(({ metadata }) => metadata.name === name);
  return [
    ...(node === undefined ? [] : plugin.checkNode(cluster, config, node, host)),
    ...cluster.pods.filter(({ spec }) => spec.nodeName === name).flatMap((pod) => plugin.checkPod(cluster, config, pod, host)),
  ];
}

function told(plugin: CniPlugin, recording: Recording, reader: ConfigReader): readonly Suspicion[] {
  const cluster = recording.cluster();
  const config = plugin.configure(cluster, reader);
  return dumped(cluster).flatMap(([name, state]) => checked(plugin, cluster, config, name, state));
}

/** Without mere facts. */
function problemsOf(plugin: CniPlugin, recording: Recording, reader: ConfigReader): readonly string[] {
  return told(plugin, recording, reader)
    .filter(({ level }) => level !== 'INFO')
    .map(({ code, message }) => `${code}: ${message}`);
}

function artifactsOf({ dumps }: Recording): readonly ArtifactName[] {
  return [
    ...new Set(Object.values(dumps).flatMap(({ host, pods }) => [host, ...Object.values(pods)].flatMap((dump) => Object.keys(dump)))),
  ] as ArtifactName[];
}

function without(recording: Recording, artifact: ArtifactName): Recording {
  for (const { host, pods } of Object.values(recording.dumps)) for (const dump of [host, ...Object.values(pods)]) delete dump[artifact];
  return recording;
}

/** The cluster with one thing broken at a time: every item of its JSON artifacts and every line of the others gone, one by one, on one node. */
function* damaged(record: () => Recording): Iterable<Recording> {
  const { subject, dumps } = record();
  for (const [artifact, text] of Object.entries(dumps[subject]?.host ?? {})) {
    const isJson = text.startsWith('[');
    const count = isJson ? (JSON.parse(text) as unknown[]).length : text.split('\n').length;
    const step = Math.max(1, Math.floor(count / DAMAGES));
    for (let at = 0; at < count; at += step) {
      const broken = record();
      const keep = <T>(all: T[]): T[] => all.filter((_, index) => index !== at);
      if (isJson) broken.items(artifact as ArtifactName, keep);
      else broken.dump()[artifact] = keep(text.split('\n')).join('\n');
      yield broken;
    }
  }
  for (const { metadata } of record().nodes)
    for (const key of Object.keys(metadata.annotations)) {
      const broken = record();
      broken.annotate(metadata.name, key, undefined);
      yield broken;
    }
}

/** Of each artifact at most. */
const DAMAGES = 25;
