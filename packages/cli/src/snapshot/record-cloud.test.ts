import { expect, test } from '@jest/globals';
import type { Cluster } from '@skoop/core';
import { clusterOf } from '@skoop/core';
import { discover } from '@skoop/core/plugins';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from '../skoop-command.ts';
import { recordCloud } from './record-cloud.ts';

/** A project that depends on a provider `acme`, which is given as the text of its module. */
async function recorded(module: string, providerID: string) {
  const root = mkdtempSync(join(tmpdir(), 'skoop-record-'));
  const folder = join(root, 'node_modules/skoop-provider-acme');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies: { 'skoop-provider-acme': '1.0.0' } }));
  const plugins = [{ kind: 'provider', name: 'acme', entry: './provider.js', detect: { providerID: ['acme://'] } }];
  const manifest = { name: 'skoop-provider-acme', version: '1.0.0', type: 'module', skoop: { contract: '^1.0', plugins } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'provider.js'), `export default { name: 'acme', createNetwork() {}, ${module} };`);
  const cliRoot = new URL('../..', import.meta.url).pathname;
  const discovery = await discover({ cwd: root, cliRoot, pluginsDir: join(root, 'none'), localPlugins: true });
  const run = { values: {}, resolved: { values: {}, origins: new Map() }, log: { warn: () => {}, debug: () => {} } } as unknown as Run;
  const node = { metadata: { name: 'node1' }, spec: { providerID } };
  const lists = { nodes: { kind: 'NodeList', apiVersion: 'v1', items: [node] } };
  const cluster: Cluster = clusterOf({ version: '', lists, missing: [] }, []);
  return recordCloud(run, { discovery, binders: [], flags: [], problems: [] }, cluster, new AbortController().signal);
}

test.each<[name: string, module: string, providerID: string, expected: object]>([
  [
    'what the provider read of the cluster',
    'async record({ cluster }) { return { parts: { ids: cluster.nodes.map((node) => node.spec.providerID) }, missing: [{ what: "walls", why: "no right" }] }; }',
    'acme://1',
    { clouds: { acme: { ids: ['acme://1'] } }, missing: [{ what: 'walls', why: 'no right' }] },
  ],
  ['a provider that records nothing', '', 'acme://1', { clouds: {}, missing: [] }],
  ['a cluster on no cloud', 'async record() { throw new Error("not asked"); }', '', { clouds: {}, missing: [] }],
  [
    'a provider that fails leaves the rest of the snapshot alone',
    'async record() { throw new Error("broken"); }',
    'acme://1',
    { clouds: {}, missing: [{ what: 'the cloud acme', why: 'broken' }] },
  ],
])('%s', async (_name, module, providerID, expected) => {
  expect(await recorded(module, providerID)).toEqual(expected);
});
