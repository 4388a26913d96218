import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder } from './folders.ts';
import { type RunOptions, complaint, skoop } from './installed.ts';
import { projectWith } from './plugin-project.ts';
import { CLUSTER, POD, changedCluster, onCloud } from './recorded-cluster.ts';

const ACME = fileURLToPath(new URL('../../core/src/discovery/__fixtures__/acme-provider', import.meta.url));
const ACROSS = [POD.clientOnNode1, `${POD.webOnNode2}:8080`];
const onMoon = changedCluster({ 'objects/nodes.json': onCloud('moon://') });

interface Document {
  readonly verdict: string;
  readonly cluster: { readonly provider: string; readonly detectedFrom: readonly string[] };
  readonly suspicions: readonly { readonly code: string; readonly cause: boolean; readonly message: string }[];
  readonly paths: readonly { readonly hops: readonly { readonly node: { readonly type: string } }[] }[];
}

async function diagnosis(
  args: readonly string[],
  options: RunOptions,
): Promise<Document & { readonly status: number | null; readonly stderr: string }> {
  const { stdout, stderr, status } = await skoop(['diagnose', ...ACROSS, '-o', 'json', ...args], options);
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Document), status, stderr };
}

describe("a third party's provider, in plain JavaScript, installed by npm", () => {
  const cwd = folder({ 'package.json': { private: true } });
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ACME], { cwd });
  const onAcme = changedCluster({ 'objects/nodes.json': onCloud('acme://moon-1/') });

  test.each<[name: string, args: readonly string[], shown: RegExp]>([
    [
      'its flags stand under its heading',
      ['diagnose', '--help'],
      /^ACME PROVIDER FLAGS\n(.*\n)*? +--acme-region=<value> +\[default: moon-1\]/m,
    ],
    ['of every command that builds a network', ['snapshot', '--help'], /^ACME PROVIDER FLAGS$/m],
    ['it is listed', ['plugins'], /^provider +acme +skoop-provider-acme +1\.2\.3 +\^1\.0 +project$/m],
    ['and inspected', ['plugins', 'inspect', 'acme'], /loads: yes/],
    ['its pages are explained', ['explain', 'ACME_BLOCKED'], /^# ACME_BLOCKED/],
    ['and listed', ['explain'], /^ACME_BLOCKED$/m],
  ])('%s', async (_name, args, shown) => {
    const { status, stdout, stderr } = await skoop(args, { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(shown);
  });

  test.each<[name: string, args: readonly string[], env: Record<string, string>, file: object | undefined]>([
    ['by flag', ['--cloud-provider', 'acme', '--acme-block'], {}, undefined],
    ['by variable', [], { SKOOP_CLOUD_PROVIDER: 'acme', SKOOP_ACME_BLOCK: 'true' }, undefined],
    ['by file', [], {}, { 'cloud-provider': 'acme', 'acme-block': true }],
  ])('named %s, it drops between two nodes: its suspicion is the cause, and the status 1', async (_name, args, env, file) => {
    const config = join(cwd, 'skoop.config.json');
    if (file !== undefined) writeFileSync(config, JSON.stringify(file));
    try {
      const { verdict, cluster, suspicions, paths, status } = await diagnosis(['--snapshot', CLUSTER, ...args], { cwd, env });
      expect({ verdict, status, provider: cluster.provider }).toEqual({ verdict: 'dropped', status: 1, provider: 'acme' });
      expect(suspicions.filter(({ cause }) => cause).map(({ code }) => code)).toEqual(['ACME_BLOCKED']);
      expect(paths.flatMap(({ hops }) => hops.map(({ node }) => node.type))).toContain('acme-wall');
    } finally {
      rmSync(config, { force: true });
    }
  });

  test("is detected by the nodes' providerID, and lets pass what it lets pass", async () => {
    const { verdict, cluster, status } = await diagnosis(['--snapshot', onAcme], { cwd });
    expect({ verdict, status, provider: cluster.provider }).toEqual({ verdict: 'delivered', status: 0, provider: 'acme' });
    expect(cluster.detectedFrom.join()).toContain('acme://moon-1/node1');
  });

  test('judges its flags before the run', async () => {
    const ran = await skoop(['diagnose', ...ACROSS, '--snapshot', CLUSTER, '--acme-region', 'Mars'], { cwd });
    expect(ran.status).toBe(2);
    expect(complaint(ran)).toMatch(/--acme-region: "Mars" is no region/);
  });

  test('is left out with --no-local-plugins, and its flags with it', async () => {
    const { cluster } = await diagnosis(['--snapshot', onAcme, '--no-local-plugins'], { cwd });
    expect(cluster.provider).toBe('generic');
    const ran = await skoop(['diagnose', ...ACROSS, '--snapshot', CLUSTER, '--no-local-plugins', '--acme-block'], { cwd });
    expect(complaint(ran)).toMatch(/there is no flag --acme-block/);
  });
});

test('the cloud is asked about the outer packet of a tunnel, on the device by which it leaves', async () => {
  const cwd = projectWith({
    'skoop-provider-moon': {
      nodeToNode: `const asked = [src.metadata.name, oif, dst.metadata.name, packet.protocol, packet.src, packet.dst, packet.dport, packet.encap?.dst];
        return { outcome: 'drop', suspicions: [{ code: 'MOON_ASKED', level: 'FATAL', on: { type: 'node', id: src.metadata.name }, message: asked.join(' '), evidence: [], remedy: '' }] };`,
    },
  });
  const { suspicions } = await diagnosis(['--snapshot', CLUSTER, '--cloud-provider', 'moon'], { cwd });
  expect(suspicions.find(({ code }) => code === 'MOON_ASKED')).toMatchObject({
    cause: true,
    message: 'node1 eth0 node2 udp 172.30.0.11 172.30.0.12 8472 10.244.1.3',
  });
});

describe('of several copies of a package the nearest counts', () => {
  const data = folder();
  const { version: _, ...far } = {
    version: '0.9.0',
    name: 'skoop-provider-moon',
    type: 'module',
    skoop: { contract: '^1.0', plugins: [{ kind: 'provider', name: 'moon', entry: './entry.js' }] },
  };
  const installed = folder({
    'skoop/package.json': { dependencies: { 'skoop-provider-moon': '*' } },
    'skoop/node_modules/skoop-provider-moon/package.json': { ...far, version: '0.9.0' },
  });
  const cwd = projectWith({ 'skoop-provider-moon': {} });

  test('the other is said to be shadowed', async () => {
    const { stdout } = await skoop(['plugins'], { cwd, env: { XDG_DATA_HOME: installed } });
    expect(stdout).toMatch(/^provider +moon +skoop-provider-moon +1\.0\.0 .*project$/m);
    expect(stdout).toMatch(/Shadowed by a nearer copy:\n +skoop-provider-moon 0\.9\.0 \(installed: /);
  });

  test('and is the one that runs elsewhere', async () => {
    const { stdout } = await skoop(['plugins'], { cwd: data, env: { XDG_DATA_HOME: installed } });
    expect(stdout).toMatch(/^provider +moon +skoop-provider-moon +0\.9\.0 .*installed$/m);
  });
});

const throwing = 'throw new Error("no moon tonight")';

describe('a plugin that is broken is one message that names its package, and where it lies', () => {
  test.each<[name: string, plugins: Parameters<typeof projectWith>[0], says: RegExp]>([
    [
      'it throws when imported',
      { 'skoop-provider-moon': { code: `${throwing};` } },
      /skoop-provider-moon.*entry\.js can't be loaded: no moon tonight \[PLUGIN_LOAD_FAILED\]/,
    ],
    [
      'its module is no provider',
      { 'skoop-provider-moon': { code: 'export default 42;' } },
      /skoop-provider-moon.*not what the contract asks for.*\[PLUGIN_SHAPE_INVALID\]/,
    ],
    [
      'it throws in createNetwork',
      { 'skoop-provider-moon': { code: `export default { name: 'moon', async createNetwork() { ${throwing}; } };` } },
      /skoop-provider-moon.*could not build the network: no moon tonight \[PLUGIN_FAILED\]/,
    ],
    [
      'its createNetwork gives no network',
      { 'skoop-provider-moon': { code: `export default { name: 'moon', async createNetwork() {} };` } },
      /skoop-provider-moon.*gave no Network.*\[PLUGIN_FAILED\]/,
    ],
    [
      'the network that it makes throws',
      {
        'skoop-provider-moon': {
          code: `export default { name: 'moon', createNetwork: async () => ({ async diagnose() { ${throwing}; }, async dispose() {} }) };`,
        },
      },
      /skoop-provider-moon.*could not diagnose: no moon tonight \[PLUGIN_FAILED\]/,
    ],
    [
      'its manifest is none',
      { 'skoop-provider-moon': { manifest: { contract: '^1.0', plugins: [{ kind: 'provider', name: 'moon' }] } } },
      /skoop-provider-moon.*package\.json is wrong.*entry.*\[PLUGIN_MANIFEST_INVALID\]/,
    ],
    [
      'it is made for another contract',
      { 'skoop-provider-moon': { contract: '^9.0' } },
      /skoop-provider-moon.*contract \^9\.0.*\[PLUGIN_CONTRACT_MISMATCH\]/,
    ],
    [
      'two packages claim one name',
      { 'skoop-provider-moon': {}, 'skoop-provider-luna': { name: 'moon' } },
      /claimed by skoop-provider-luna .* and skoop-provider-moon .*\[PLUGIN_NAME_CLASH\]/,
    ],
  ])('%s', async (_name, plugins, says) => {
    const cwd = projectWith(plugins);
    const ran = await skoop(['diagnose', ...ACROSS, '--snapshot', CLUSTER, '--cloud-provider', 'moon'], { cwd });
    expect(ran.status).toBe(2);
    expect(complaint(ran)).toMatch(says);
    expect(ran.stderr).toContain(join(cwd, 'node_modules/skoop-provider-moon'));
    // The others keep working.
    expect(await diagnosis(['--snapshot', CLUSTER], { cwd })).toMatchObject({ verdict: 'delivered', status: 0 });
  });

  test('detected and broken, it does not stop a run that can do without', async () => {
    const cwd = projectWith({ 'skoop-provider-moon': { prefix: 'moon://', code: `${throwing};` } });
    const { cluster, stderr } = await diagnosis(['--snapshot', onMoon], { cwd });
    expect(cluster.provider).toBe('generic');
    expect(stderr).toMatch(/^warning: .*skoop-provider-moon.*no moon tonight/);
  });

  test('a shim that throws makes its edge unknown, with what it said', async () => {
    const cwd = projectWith({ 'skoop-provider-moon': { nodeToNode: throwing } });
    const { verdict, suspicions, status } = await diagnosis(['--snapshot', CLUSTER, '--cloud-provider', 'moon'], { cwd });
    expect({ verdict, status }).toEqual({ verdict: 'unknown', status: 3 });
    expect(suspicions.find(({ cause }) => cause)?.message).toContain('no moon tonight');
  });

  test('a provider that is not there is answered with those that are', async () => {
    const ran = await skoop(['diagnose', ...ACROSS, '--snapshot', CLUSTER, '--cloud-provider', 'generik']);
    expect(ran.status).toBe(2);
    expect(complaint(ran)).toMatch(/no cloud provider "generik" .*did you mean "generic"\?/);
  });
});
