import { describe, expect, test } from '@jest/globals';
import { makeHost, parseNamespace } from '@skoop/netstack';
import { readFileSync, readdirSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConfigMap, Node } from '../cluster/objects.ts';
import type { ConfigReader } from '../contracts/context.ts';
import { makeTree } from './__fixtures__/tree.ts';
import { findCodePage } from './codes.ts';
import { detectCni } from './detect.ts';
import { discover } from './discover.ts';
import type { Discovery } from './found.ts';

const fixtures = fileURLToPath(new URL('__fixtures__/', import.meta.url));
const guide = readFileSync(new URL('../../../../docs/plugins.md', import.meta.url), 'utf8');

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(fixtures, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

/** JSON may be laid out otherwise. */
function compact(text: string): string {
  return text.startsWith('{') ? JSON.stringify(JSON.parse(text)) : text;
}

test('every block of code in docs/plugins.md is a file of the packages that are tested here', () => {
  const blocks = [...guide.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, code = '']) => compact(code));
  const files = [...filesOf('acme-provider'), ...filesOf('acme-cni')].map(compact);
  expect(blocks.length).toBeGreaterThan(4);
  expect(blocks.filter((block) => !files.includes(block))).toEqual([]);
});

test('it goes in the order in which a provider is written', () => {
  const steps = [...guide.matchAll(/^## (\d)\. (.+)$/gm)].map(([, number = '', title = '']) => `${number} ${title}`);
  expect(steps).toEqual(['1 The InfraShim', '2 The Network', '3 The Provider', '4 ConfigBinder and flags', '5 Registration']);
});

/** The package of the fixture, in a folder whose package.json depends on it. */
async function acmenet(): Promise<Discovery> {
  const root = await makeTree({
    'work/package.json': { dependencies: { 'skoop-cni-acmenet': '*' } },
    'work/node_modules/.keep': '',
  });
  await symlink(join(fixtures, 'acme-cni'), join(root, 'work/node_modules/skoop-cni-acmenet'));
  return discover({ cwd: join(root, 'work'), cliRoot: join(root, 'cli'), pluginsDir: join(root, 'data'), localPlugins: true });
}

const meta = (namespace: string, name: string): Node['metadata'] => ({
  name,
  namespace,
  uid: name,
  labels: {},
  annotations: {},
  ownerReferences: [],
});
const node: Node = {
  metadata: meta('', 'node1'),
  spec: { providerID: '', podCIDRs: ['10.0.0.0/24'], unschedulable: false },
  status: { addresses: [], conditions: [], kubeletVersion: '', osImage: '', kernelVersion: '' },
};
const settings: ConfigMap = { metadata: meta('acme-system', 'acmenet'), data: { bridge: 'acme0' } };
const clusterOf = (...configMaps: ConfigMap[]): Cluster => ({
  version: '',
  nodes: [node],
  pods: [],
  services: [],
  endpointSlices: [],
  namespaces: [],
  workloads: [],
  configMaps,
  policies: [],
  custom: new Map(),
  hosts: new Map(),
  missing: [],
});

/** A node whose `ip -j -d link` shows the bridge with these flags; without flags it was not read. */
function hostOf(flags: readonly string[] | undefined): ReturnType<typeof makeHost> {
  const link = { ifindex: 2, ifname: 'acme0', flags, mtu: 1500, linkinfo: { info_kind: 'bridge' } };
  const artifact = { text: JSON.stringify([link]), status: 0, error: '', truncated: false };
  const id = 'nodes/node1/host';
  return makeHost('node1', [parseNamespace({ id, artifacts: new Map(flags === undefined ? [] : [['ip-link', artifact]]) })], id);
}

describe("the guide's CNI plugin", () => {
  test('is found, and taken where its ConfigMap is', async () => {
    const discovery = await acmenet();
    expect(discovery.problems).toEqual([]);
    expect(await detectCni(discovery, clusterOf(settings))).toMatchObject({
      plugin: { name: 'acmenet' },
      because: ['ConfigMap acme-system/acmenet'],
      problems: [],
    });
    expect((await detectCni(discovery, clusterOf())).plugin).toBeUndefined();
  });

  test.each<[name: string, flags: readonly string[] | undefined, codes: readonly string[]]>([
    ['a bridge that is up is no suspicion', ['UP', 'LOWER_UP'], []],
    ['one that is down is', [], ['ACMENET_BRIDGE_DOWN']],
    ['one that was not read is none', undefined, []],
  ])('%s', async (_name, flags, codes) => {
    const cluster = clusterOf(settings);
    const { plugin } = await detectCni(await acmenet(), cluster);
    const config = plugin?.configure(cluster, {} as ConfigReader);
    expect(config).toEqual({ podCidrs: ['10.0.0.0/24'], mode: 'bridge', details: { bridge: 'acme0' } });
    const found = config === undefined ? undefined : plugin?.checkNode(cluster, config, node, hostOf(flags));
    expect(found?.map(({ code }) => code)).toEqual(codes);
  });

  test('reads the pod networks of its own objects', async () => {
    const pool = (cidr: unknown) => ({ kind: 'AcmePool', group: 'acme.example', metadata: meta('', 'p'), fields: { spec: { cidr } } });
    const cluster = { ...clusterOf(settings), custom: new Map([['acmepools.acme.example', [pool('10.0.0.0/8'), pool(7)]]]) };
    const { plugin } = await detectCni(await acmenet(), cluster);
    expect(plugin?.configure(cluster, {} as ConfigReader).podCidrs).toEqual(['10.0.0.0/8']);
  });

  test('has a page for its code', async () => {
    expect(await findCodePage(await acmenet(), 'ACMENET_BRIDGE_DOWN')).toMatchObject({ package: 'skoop-cni-acmenet' });
  });
});
