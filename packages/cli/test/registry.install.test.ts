import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder } from './folders.ts';
import { skoop } from './installed.ts';
import { CLUSTER, POD, changedCluster, onCloud } from './recorded-cluster.ts';
import { type Registry, startRegistry } from './registry.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const MINUTES = 600_000;
const ACROSS = [POD.clientOnNode1, `${POD.webOnNode2}:8080`];

let registry: Registry;
/** The repository as it is, in a folder of its own: a release changes it. */
const copy = folder();
/** Where a user works: nothing but npm's settings. */
const home = folder();

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const env = { ...process.env, npm_config_userconfig: join(home, '.npmrc'), npm_config_registry: registry.url, npm_config_prefix: '' };
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
}

function npm(cwd: string, ...args: readonly string[]): string {
  return run(cwd, 'npm', ...args, '--no-audit', '--no-fund', '--loglevel=error');
}

function copyRepository(): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((one) => one !== '')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(copy, file), { verbatimSymlinks: true });
  }
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: copy, stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--message=all');
}

beforeAll(async () => {
  registry = await startRegistry();
  writeFileSync(join(home, '.npmrc'), registry.settings);
  copyRepository();
}, MINUTES);
afterAll(async () => {
  await registry?.stop();
});

describe('a release, to a registry', () => {
  test(
    'changesets become versions and changelogs',
    () => {
      run(copy, 'npm', 'run', '--silent', 'release', '--', 'version');
      const { version } = JSON.parse(readFileSync(join(copy, 'packages/cli/package.json'), 'utf8')) as { version: string };
      expect(version).not.toBe('0.0.0');
      expect(readFileSync(join(copy, 'packages/cli/CHANGELOG.md'), 'utf8')).toContain(`## ${version}`);
    },
    MINUTES,
  );

  test(
    'every package is published',
    async () => {
      run(copy, 'npm', 'run', '--silent', 'release', '--', 'publish');
      for (const name of [
        'cli',
        'core',
        'netstack',
        'testkit',
        'provider-generic',
        'provider-aliyun',
        'cni-bridge',
        'cni-calico',
        'cni-flannel',
      ])
        expect(`${name} ${String((await fetch(`${registry.url}@skoop/${name}`)).status)}`).toBe(`${name} 200`);
    },
    MINUTES,
  );
});

describe('what was published, as a user has it', () => {
  const app = folder({ 'package.json': { private: true } });
  const onAliyun = changedCluster({ 'objects/nodes.json': onCloud('cn-hangzhou.') });

  beforeAll(() => {
    npm(app, 'install', '@skoop/cli', '@skoop/provider-aliyun');
  }, MINUTES);

  test('the flags of the installed provider stand under its heading', async () => {
    const { stdout } = await skoop(['diagnose', '--help'], { app, cwd: app });
    expect(stdout).toMatch(/^ALIYUN PROVIDER FLAGS\n(.*\n)*? +--aliyun-access-key-id/m);
  });

  test('skoop diagnose --cloud-provider aliyun runs, and says what it could not look at', async () => {
    const ran = await skoop(['diagnose', ...ACROSS, '--snapshot', onAliyun, '--cloud-provider', 'aliyun', '-o', 'json'], { app, cwd: app });
    const { cluster, verdict } = JSON.parse(ran.stdout === '' ? ran.stderr : ran.stdout) as {
      cluster: { provider: string };
      verdict: string;
    };
    expect({ provider: cluster.provider, verdict }).toEqual({ provider: 'aliyun', verdict: 'unknown' });
  });
});

describe('a provider of somebody else', () => {
  const data = folder();
  const made = join(folder(), 'acme');
  const env = (): Record<string, string> => ({ XDG_DATA_HOME: data, npm_config_userconfig: join(home, '.npmrc') });

  beforeAll(async () => {
    await skoop(['plugins', 'create', 'provider', 'acme', '--output', made]);
    // What the CLI of this build has in it is the version before the release.
    const json = join(made, 'package.json');
    writeFileSync(json, readFileSync(json, 'utf8').replaceAll('"^0.0.0"', '"*"'));
    npm(made, 'install');
    npm(made, 'test');
    npm(made, 'publish', '--ignore-scripts');
  }, MINUTES);

  test(
    'is installed by npm beside a local skoop, and used',
    async () => {
      const project = folder({ 'package.json': { private: true } });
      npm(project, 'install', '@skoop/cli', 'skoop-provider-acme');
      const ran = await skoop(['diagnose', ...ACROSS, '--snapshot', CLUSTER, '--cloud-provider', 'acme', '-o', 'json'], {
        app: project,
        cwd: project,
      });
      expect(JSON.parse(ran.stdout)).toMatchObject({ cluster: { provider: 'acme' }, verdict: 'delivered' });
    },
    MINUTES,
  );

  test(
    'is installed by npm beside a global skoop, and used',
    () => {
      const prefix = folder();
      npm(prefix, 'install', '--global', '--prefix', prefix, '@skoop/cli', 'skoop-provider-acme');
      const stdout = execFileSync(join(prefix, 'bin/skoop'), ['plugins'], { cwd: folder(), encoding: 'utf8' });
      expect(stdout).toMatch(/^provider +acme +skoop-provider-acme +0\.1\.0 +\^1\.0 +global$/m);
    },
    MINUTES,
  );

  test(
    'is installed, updated and uninstalled by skoop plugins',
    async () => {
      expect((await skoop(['plugins', 'install', 'skoop-provider-acme'], { env: env() })).stderr).toMatch(
        /installed skoop-provider-acme 0\.1\.0/,
      );
      const json = join(made, 'package.json');
      writeFileSync(json, readFileSync(json, 'utf8').replace('"version": "0.1.0"', '"version": "0.1.1"'));
      npm(made, 'publish', '--ignore-scripts');
      expect((await skoop(['plugins', 'update'], { env: env() })).stderr).toMatch(/updated skoop-provider-acme from 0\.1\.0 to 0\.1\.1/);
      expect((await skoop(['plugins', 'uninstall', 'acme'], { env: env() })).status).toBe(0);
    },
    MINUTES,
  );
});
