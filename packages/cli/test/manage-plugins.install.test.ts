import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './folders.ts';
import { TARBALLS, complaint, skoop } from './installed.ts';
import { CLUSTER, POD } from './recorded-cluster.ts';

const MINUTES = 300_000;
const ACROSS = [POD.clientOnNode1, `${POD.webOnNode2}:8080`];

const tarball = (name: string): string => {
  const file = readdirSync(TARBALLS).find((one) => one.startsWith(`skoop-${name}-`));
  if (file === undefined) throw new Error(`${name} was not packed`);
  return join(TARBALLS, file);
};

function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd, encoding: 'utf8' });
}

/** As an author does, with the packages of this repository in place of published ones. */
function build(path: string): void {
  npm(path, 'install', '--no-save', ...['core', 'netstack', 'testkit'].map(tarball));
}

describe.each([
  ['provider', 'acme', /infra of provider acme, two nodes: a drop or a reject says why/],
  ['cni', 'acme-net', /cni acme-net: two nodes: what was not collected is not taken for broken/],
])('skoop plugins create %s %s', (kind, name, promise) => {
  const path = join(folder(), 'made');

  test(
    'makes a package that builds and keeps the contract, by node:test',
    async () => {
      const ran = await skoop(['plugins', 'create', kind, name, '--output', path]);
      expect(ran).toMatchObject({ status: 0, stdout: '', stderr: expect.stringMatching(/npm install, then npm test/) as unknown });
      build(path);
      const said = npm(path, 'test');
      expect(said).toMatch(/# fail 0/);
      expect(said).toMatch(promise);
    },
    MINUTES,
  );

  test('publishes what it needs, and no more', () => {
    const [{ files = [] } = {}] = JSON.parse(npm(path, 'pack', '--dry-run', '--ignore-scripts', '--json')) as {
      files?: { path: string }[];
    }[];
    const paths = files.map((file) => file.path);
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md', 'dist/config.js']));
    expect(paths.filter((one) => /^(?:src|test)\//.test(one))).toEqual([]);
  });

  test('a folder that is not empty is left alone', async () => {
    expect(complaint(await skoop(['plugins', 'create', kind, name, '--output', path]))).toMatch(/is there and not empty/);
  });
});

describe('a plugin is installed into a folder of skoop’s own', () => {
  const env = { XDG_DATA_HOME: folder() };
  const made = join(folder(), 'acme');
  const packed = folder();
  let file = '';

  beforeAll(async () => {
    await skoop(['plugins', 'create', 'provider', 'acme', '--output', made]);
    build(made);
    npm(made, 'run', 'build');
    npm(made, 'pack', '--ignore-scripts', '--pack-destination', packed);
    file = join(packed, readdirSync(packed)[0] ?? '');
  }, MINUTES);

  test('from a tarball, without a registry; what it is, is shown', async () => {
    const ran = await skoop(['plugins', 'install', file], { env: { ...env, npm_config_offline: 'true' } });
    expect(ran.stderr).toMatch(
      /^skoop-provider-acme 0\.1\.0: .*\n +offers +provider acme \(contract \^1\.0\)\n +from .*\.tgz\n[^]*runs with your rights[^]*installed skoop-provider-acme 0\.1\.0/,
    );
  });

  test('it is found, with its flags, and used', async () => {
    expect((await skoop(['plugins'], { env })).stdout).toMatch(/^provider +acme +skoop-provider-acme +0\.1\.0 +\^1\.0 +installed$/m);
    expect((await skoop(['diagnose', '--help'], { env })).stdout).toMatch(/^ACME PROVIDER FLAGS$/m);
    const args = ['diagnose', ...ACROSS, '--snapshot', CLUSTER, '--cloud-provider', 'acme', '--acme-closed-ports'];
    const closed = await skoop([...args, '8080', '-o', 'json'], { env });
    expect(closed.status).toBe(0);
    const direct = await skoop([...args, 'x', '-o', 'json'], { env });
    expect(complaint(direct)).toMatch(/--acme-closed-ports: a port is a number/);
    expect((await skoop(['explain', 'ACME_PORT_CLOSED'], { env })).stdout).toMatch(/^# ACME_PORT_CLOSED/);
  });

  test('a newer tarball takes its place', async () => {
    const json = join(made, 'package.json');
    writeFileSync(json, readFileSync(json, 'utf8').replace('"version": "0.1.0"', '"version": "0.2.0"'));
    npm(made, 'pack', '--ignore-scripts', '--pack-destination', packed);
    const ran = await skoop(['plugins', 'install', join(packed, 'skoop-provider-acme-0.2.0.tgz')], { env });
    expect({ status: ran.status, stderr: ran.stderr }).toMatchObject({ status: 0 });
    expect((await skoop(['plugins'], { env })).stdout).toMatch(/skoop-provider-acme +0\.2\.0/);
    expect((await skoop(['plugins', 'update', 'acme'], { env: { ...env, npm_config_offline: 'true' } })).stderr).toMatch(
      /skoop-provider-acme 0\.2\.0 is the newest that fits/,
    );
  });

  test('it is uninstalled by its name', async () => {
    const ran = await skoop(['plugins', 'uninstall', 'acme'], { env });
    expect(ran).toMatchObject({ status: 0, stdout: '', stderr: 'uninstalled skoop-provider-acme 0.2.0\n' });
    expect((await skoop(['plugins'], { env })).stdout).not.toContain('acme');
  });

  test('it is linked, and what is changed in its folder counts at once', async () => {
    const linked = await skoop(['plugins', 'link', made], { env });
    expect(linked.stderr).toMatch(/linked skoop-provider-acme/);
    const page = join(made, 'codes/ACME_PORT_CLOSED.md');
    writeFileSync(page, readFileSync(page, 'utf8').replace('nc -zvw2', 'ncat'));
    expect((await skoop(['explain', 'ACME_PORT_CLOSED'], { env })).stdout).toContain('ncat NODE PORT');
    expect((await skoop(['plugins', 'uninstall', 'skoop-provider-acme'], { env })).status).toBe(0);
  });
});

describe('what is no plugin, or none for this skoop, is not installed', () => {
  const env = { XDG_DATA_HOME: folder() };
  test.each<[name: string, json: object, why: RegExp]>([
    ['no plugin', { name: 'plain', version: '1.0.0' }, /plain 1\.0\.0 is no plugin of skoop/],
    [
      'another contract',
      { name: 'old', version: '1.0.0', skoop: { contract: '^9.0', plugins: [] } },
      /made for contract \^9\.0, and this skoop has/,
    ],
    [
      'a manifest that is wrong',
      { name: 'bad', version: '1.0.0', skoop: { contract: '^1.0', plugins: [{ kind: 'cloud' }] } },
      /must be "provider" or "cni"/,
    ],
  ])('%s', async (_name, json, why) => {
    const path = folder({ 'package.json': json });
    for (const args of [
      ['install', path],
      ['link', path],
    ]) {
      const ran = await skoop(['plugins', ...args], { env });
      expect(ran.status).toBe(2);
      if (args[0] === 'install') expect(complaint(ran)).toMatch(why);
    }
    expect(JSON.parse((await skoop(['plugins', '-o', 'json'], { env })).stdout)).toMatchObject({ failed: [] });
  });

  test.each<[args: readonly string[], why: RegExp]>([
    [['install', './not-there.tgz'], /there is no \.\/not-there\.tgz/],
    [['link', './not-there'], /there is no folder/],
    [['uninstall', 'flannel'], /no plugin "flannel" was installed by skoop/],
    [['create', 'cloud', 'x'], /"cloud" is no kind of plugin/],
    [['create', 'provider', 'Big'], /"Big" is no name for a plugin/],
  ])('skoop plugins %j is a usage error', async (args, why) => {
    const ran = await skoop(['plugins', ...args], { env });
    expect(ran.status).toBe(2);
    expect(complaint(ran)).toMatch(why);
  });
});
