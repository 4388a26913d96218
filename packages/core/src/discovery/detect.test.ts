import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node } from '../cluster/objects.ts';
import { cniCode, makeTree, pluginFiles, providerCode, type Tree } from './__fixtures__/tree.ts';
import { detectCni, detectProvider } from './detect.ts';
import { discover } from './discover.ts';
import type { Discovery } from './found.ts';

function node(name: string, providerID: string): Node {
  return {
    metadata: { name, namespace: '', uid: name, labels: {}, annotations: {}, ownerReferences: [] },
    spec: { providerID, podCIDRs: [], unschedulable: false },
    status: { addresses: [], conditions: [], kubeletVersion: '', osImage: '', kernelVersion: '' },
  };
}

function clusterOf(...providerIDs: string[]): Cluster {
  return {
    version: 'v1.34.4',
    nodes: providerIDs.map((id, i) => node(`node${String(i + 1)}`, id)),
    pods: [],
    services: [],
    endpointSlices: [],
    namespaces: [],
    workloads: [],
    configMaps: [],
    policies: [],
    custom: new Map(),
    hosts: new Map(),
    missing: [],
  };
}

async function bundled(...plugins: [name: string, init: Parameters<typeof pluginFiles>[2]][]): Promise<Discovery> {
  const tree: Tree = Object.assign({}, ...plugins.map(([name, init]) => pluginFiles(`cli/node_modules/${name}`, name, init))) as Tree;
  const root = await makeTree({ ...tree, 'cli/package.json': { dependencies: Object.fromEntries(plugins.map(([name]) => [name, '*'])) } });
  return discover({ cwd: join(root, 'work'), cliRoot: join(root, 'cli'), pluginsDir: join(root, 'data'), localPlugins: true });
}

const generic = ['generic', { name: 'generic' }] as const;
const claiming = (name: string, prefix: string, detect?: string): [string, Parameters<typeof pluginFiles>[2]] => [
  name,
  { name, detect: { providerID: [prefix] }, code: providerCode(name, detect) },
];
const sure = (score: number): string => `({ score: ${String(score)}, because: ['it says so'] })`;

describe('the provider of a cluster', () => {
  test.each<[rule: string, plugins: [string, Parameters<typeof pluginFiles>[2]][], chosen: string, because: string]>([
    ['one whose prefix begins a providerID', [claiming('acme', 'acme://')], 'acme', 'node node2: spec.providerID acme://moon/2'],
    ['none does: generic', [claiming('aws', 'aws://')], 'generic', 'no installed provider knows the nodes'],
    ['the surest', [claiming('acme', 'acme://', sure(60)), claiming('moon', 'acme://moon', sure(90))], 'moon', 'it says so'],
    ['one that says no is none', [claiming('acme', 'acme://', sure(0))], 'generic', 'no installed provider knows the nodes'],
    [
      'equally sure: the first by name',
      [claiming('b-cloud', 'acme:'), claiming('a-cloud', 'acme:')],
      'a-cloud',
      'node node2: spec.providerID acme://moon/2',
    ],
  ])('%s', async (_rule, plugins, chosen, because) => {
    const detected = await detectProvider(await bundled([...generic], ...plugins), clusterOf('', 'acme://moon/2'), 'auto');
    expect(detected.provider.name).toBe(chosen);
    expect(detected.because).toEqual([because]);
    expect(detected.problems).toEqual([]);
  });

  test('a candidate that can not be asked is a problem, and the others are', async () => {
    const discovery = await bundled(
      [...generic],
      claiming('acme', 'acme://', '{ throw new Error("no idea") }'),
      claiming('nan', 'acme://', '({ score: NaN, because: [] })'),
      ['bomb', { name: 'bomb', detect: { providerID: ['acme://'] }, code: 'throw new Error("boom")' }],
    );
    const { provider, problems } = await detectProvider(discovery, clusterOf('acme://1'));
    expect(provider.name).toBe('generic');
    expect(problems.map(({ code, package: name }) => `${name} ${code}`)).toEqual([
      'acme PLUGIN_DETECT_FAILED',
      'bomb PLUGIN_LOAD_FAILED',
      'nan PLUGIN_DETECT_FAILED',
    ]);
  });

  test('only those that a prefix names are imported', async () => {
    const discovery = await bundled(
      [...generic],
      ['bomb', { name: 'bomb', detect: { providerID: ['bomb://'] }, code: 'throw new Error("boom")' }],
    );
    expect((await detectProvider(discovery, clusterOf('acme://1'))).problems).toEqual([]);
  });

  test('one that is named is taken, whatever the nodes say', async () => {
    const discovery = await bundled([...generic], claiming('acme', 'acme://'));
    expect((await detectProvider(discovery, clusterOf('acme://1'), 'generic')).provider.name).toBe('generic');
    await expect(detectProvider(discovery, clusterOf('acme://1'), 'nope')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
  });

  test('a name that two packages claim is an error when it is the one detected', async () => {
    const init = { name: 'acme', detect: { providerID: ['acme://'] } };
    const discovery = await bundled([...generic], ['one', init], ['two', init]);
    await expect(detectProvider(discovery, clusterOf('acme://1'))).rejects.toMatchObject({ code: 'PLUGIN_NAME_CLASH' });
    expect((await detectProvider(discovery, clusterOf('other://1'))).provider.name).toBe('generic');
  });
});

describe('the CNI of a cluster', () => {
  const cni = (name: string, score: number): [string, Parameters<typeof pluginFiles>[2]] => [
    name,
    { kind: 'cni', name, code: cniCode(name, sure(score)) },
  ];

  test('every one found is asked, and the surest taken', async () => {
    const detected = await detectCni(await bundled(cni('a', 20), cni('b', 80), cni('c', 0)), clusterOf(''));
    expect(detected.plugin?.name).toBe('b');
    expect(detected.considered.map(({ name, score }) => [name, score])).toEqual([
      ['a', 20],
      ['b', 80],
      ['c', 0],
    ]);
  });

  test('none where all say no', async () => {
    expect((await detectCni(await bundled(cni('a', 0)), clusterOf(''))).plugin).toBeUndefined();
  });

  test('one that is named is the only one imported', async () => {
    const discovery = await bundled(cni('a', 0), ['bomb', { kind: 'cni', name: 'bomb', code: 'throw new Error("boom")' }]);
    expect(await detectCni(discovery, clusterOf(''), 'a')).toMatchObject({ plugin: { name: 'a' }, problems: [] });
    expect((await detectCni(discovery, clusterOf(''))).problems).toMatchObject([{ code: 'PLUGIN_LOAD_FAILED', package: 'bomb' }]);
  });
});
