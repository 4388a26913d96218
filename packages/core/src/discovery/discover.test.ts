import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { makeTree, pluginFiles, type Tree } from './__fixtures__/tree.ts';
import { discover } from './discover.ts';
import type { Discovery } from './found.ts';

async function discovered(
  tree: Tree,
  { localPlugins = true, cli = 'cli', globalPrefix = '' } = {},
): Promise<{ root: string; discovery: Discovery }> {
  const root = await makeTree(tree);
  const discovery = await discover({
    cwd: join(root, 'work'),
    cliRoot: join(root, cli),
    pluginsDir: join(root, 'data'),
    localPlugins,
    ...(globalPrefix === '' ? {} : { globalPrefix: join(root, globalPrefix) }),
  });
  return { root, discovery };
}

const depends = (...names: string[]): object => ({
  name: 'some-folder',
  dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
});
const found = ({ plugins }: Discovery): string[] => plugins.map((plugin) => `${plugin.package} ${plugin.origin}`);

describe('where plugins are looked for', () => {
  const everywhere: Tree = {
    'work/package.json': { devDependencies: { 'acme-here': '*', left: '*' } },
    ...pluginFiles('work/node_modules/acme-here', 'acme-here'),
    'data/package.json': depends('acme-installed'),
    ...pluginFiles('data/node_modules/acme-installed', 'acme-installed'),
    ...pluginFiles('prefix/lib/node_modules/@acme/global', '@acme/global'),
    'prefix/lib/node_modules/@skoop/cli/package.json': depends('acme-bundled'),
    ...pluginFiles('prefix/lib/node_modules/@skoop/cli/node_modules/acme-bundled', 'acme-bundled'),
  };
  const cli = 'prefix/lib/node_modules/@skoop/cli';

  test('the project, the folder of `plugins install`, beside a global CLI, and the dependencies of the CLI, in that order', async () => {
    const { discovery } = await discovered(everywhere, { cli });
    expect(found(discovery)).toEqual(['acme-here project', 'acme-installed installed', '@acme/global global', 'acme-bundled bundled']);
    expect(discovery.problems).toEqual([]);
  });

  test('without local plugins, nothing of the working directory', async () => {
    const { discovery } = await discovered(everywhere, { cli, localPlugins: false });
    expect(found(discovery)).toEqual(['acme-installed installed', '@acme/global global', 'acme-bundled bundled']);
  });

  test('a global prefix that the CLI is not in counts when it is named', async () => {
    const { discovery } = await discovered(
      { 'cli/package.json': {}, ...pluginFiles('elsewhere/lib/node_modules/acme', 'acme') },
      { globalPrefix: 'elsewhere' },
    );
    expect(found(discovery)).toEqual(['acme global']);
  });

  test('folders that do not exist are empty', async () => {
    const { discovery } = await discovered({ 'nothing.txt': '' });
    expect(discovery).toEqual({ plugins: [], problems: [] });
  });

  test('what only a dependency depends on does not count, though it lies in node_modules', async () => {
    const { discovery } = await discovered({
      'work/package.json': depends('wanted'),
      'work/node_modules/wanted/package.json': { name: 'wanted', dependencies: { sneaky: '*' } },
      ...pluginFiles('work/node_modules/sneaky', 'sneaky'),
    });
    expect(found(discovery)).toEqual([]);
  });

  test('a CLI that is itself a dependency of the project brings no more of the project in than its package.json names', async () => {
    const tree: Tree = {
      'work/package.json': depends('@skoop/cli', 'acme'),
      'work/node_modules/@skoop/cli/package.json': { name: '@skoop/cli', ...depends() },
      ...pluginFiles('work/node_modules/acme', 'acme'),
      ...pluginFiles('work/node_modules/sneaky', 'sneaky'),
    };
    const cliThere = { cli: 'work/node_modules/@skoop/cli' };
    expect(found((await discovered(tree, cliThere)).discovery)).toEqual(['acme project']);
    expect(found((await discovered(tree, { ...cliThere, localPlugins: false })).discovery)).toEqual([]);
  });

  test('what was installed into one folder together with the CLI is found from any other', async () => {
    const { discovery } = await discovered(
      {
        'tools/package.json': depends('@skoop/cli', 'acme'),
        'tools/node_modules/@skoop/cli/package.json': { name: '@skoop/cli' },
        ...pluginFiles('tools/node_modules/acme', 'acme'),
      },
      { cli: 'tools/node_modules/@skoop/cli' },
    );
    expect(found(discovery)).toEqual(['acme global']);
  });

  test('a package linked from a pnpm store is found at its real path, also beside a CLI that lies in the store', async () => {
    const { root, discovery } = await discovered(
      {
        'tools/package.json': depends('@skoop/cli', 'acme'),
        'tools/node_modules/.pnpm/@skoop+cli@1/node_modules/@skoop/cli/package.json': { name: '@skoop/cli', ...depends('acme-bundled') },
        ...pluginFiles('tools/node_modules/.pnpm/acme@1/node_modules/acme', 'acme'),
        ...pluginFiles('tools/node_modules/.pnpm/b@1/node_modules/acme-bundled', 'acme-bundled'),
        'tools/node_modules/@skoop/cli': { link: 'tools/node_modules/.pnpm/@skoop+cli@1/node_modules/@skoop/cli' },
        'tools/node_modules/acme': { link: 'tools/node_modules/.pnpm/acme@1/node_modules/acme' },
        'tools/node_modules/.pnpm/@skoop+cli@1/node_modules/acme-bundled': {
          link: 'tools/node_modules/.pnpm/b@1/node_modules/acme-bundled',
        },
      },
      { cli: 'tools/node_modules/@skoop/cli' },
    );
    expect(found(discovery)).toEqual(['acme global', 'acme-bundled bundled']);
    expect(discovery.plugins[0]?.path).toBe(join(root, 'tools/node_modules/.pnpm/acme@1/node_modules/acme'));
  });

  test('a dependency hoisted above the project is found there, as Node.js does', async () => {
    const { discovery } = await discovered({ 'work/package.json': depends('acme'), ...pluginFiles('node_modules/acme', 'acme') });
    expect(found(discovery)).toEqual(['acme project']);
  });
});

describe('several copies of one package', () => {
  const copies = (nearest: Parameters<typeof pluginFiles>[2]): Tree => ({
    'work/package.json': depends('acme'),
    ...pluginFiles('work/node_modules/acme', 'acme', { version: '2.0.0', ...nearest }),
    'cli/package.json': depends('acme'),
    ...pluginFiles('cli/node_modules/acme', 'acme', { version: '1.0.0' }),
  });

  test('the nearest wins and tells what it hides', async () => {
    const { root, discovery } = await discovered(copies({}));
    expect(discovery.plugins).toMatchObject([
      {
        package: 'acme',
        version: '2.0.0',
        origin: 'project',
        shadows: [{ version: '1.0.0', origin: 'bundled', path: join(root, 'cli/node_modules/acme') }],
      },
    ]);
  });

  test('a nearest that is broken hides the others all the same', async () => {
    const { discovery } = await discovered(copies({ contract: '^2.0' }));
    expect(discovery.plugins).toEqual([]);
    expect(discovery.problems).toMatchObject([{ code: 'PLUGIN_CONTRACT_MISMATCH', package: 'acme' }]);
  });

  test('a link and what it leads to are one copy', async () => {
    const { discovery } = await discovered({
      'work/package.json': depends('acme'),
      'work/node_modules/acme': { link: 'acme' },
      ...pluginFiles('acme', 'acme'),
      'cli/package.json': depends('acme'),
      'cli/node_modules/acme': { link: 'acme' },
    });
    expect(discovery.plugins).toMatchObject([{ package: 'acme', origin: 'project', shadows: [] }]);
  });
});

/** One custom resource with one thing wrong. */
function unsoundReads(): [rule: string, manifest: object, code: string, says: RegExp][] {
  const sound = { resource: 'pools', kind: 'Pool', apiVersions: ['acme.example/v1'], fields: ['spec.cidr'] };
  const reading = (change: object): object => ({
    plugins: [{ kind: 'cni', name: 'a', entry: './x.js', reads: { resources: [{ ...sound, ...change }] } }],
  });
  return [
    ['Secrets', { resource: 'secrets', kind: 'Secret', apiVersions: ['v1'] }, /apiVersions\.0: must be group\/version/] as const,
    ["a group of Kubernetes' own", { apiVersions: ['apps/v1'] }, /apiVersions\.0/] as const,
    ['another one of them', { apiVersions: ['certificates.k8s.io/v1'] }, /apiVersions\.0/] as const,
    ['no version', { apiVersions: [] }, /apiVersions: must not be empty/] as const,
    ['a resource that leads elsewhere', { resource: '../secrets' }, /resource: must be the plural/] as const,
    ['no field', { fields: [] }, /fields: must not be empty/] as const,
    ['all annotations', { fields: ['metadata'] }, /fields\.0: must be the path/] as const,
    ['a field by pointer', { fields: ['/spec'] }, /fields\.0/] as const,
  ].map(([rule, change, says]) => [`reads ${rule}`, reading(change), 'PLUGIN_MANIFEST_INVALID', says]);
}

describe('a manifest that is not as it must be is a problem of its package, and the others are found', () => {
  test.each<[rule: string, manifest: object, code: string, says: RegExp]>([
    [
      'a newer contract',
      { contract: '^2.0', plugins: 'of another shape' },
      'PLUGIN_CONTRACT_MISMATCH',
      /made for contract \^2\.0, and this skoop has 1\./,
    ],
    ['no contract', { contract: undefined }, 'PLUGIN_MANIFEST_INVALID', /skoop\.contract/],
    ['a contract that is no range', { contract: 'latest, please' }, 'PLUGIN_MANIFEST_INVALID', /no version range/],
    ['an empty contract', { contract: '' }, 'PLUGIN_MANIFEST_INVALID', /no version range/],
    ['no plugins', { plugins: [] }, 'PLUGIN_MANIFEST_INVALID', /at least one plugin/],
    ['an unknown kind', { plugins: [{ kind: 'mesh', name: 'x', entry: './x.js' }] }, 'PLUGIN_MANIFEST_INVALID', /skoop\.plugins\.0\.kind/],
    ['a name with blanks', { plugins: [{ kind: 'cni', name: 'a b', entry: './x.js' }] }, 'PLUGIN_MANIFEST_INVALID', /lower-case/],
    [
      'an entry that climbs out',
      { plugins: [{ kind: 'cni', name: 'a', entry: './../../x.js' }] },
      'PLUGIN_MANIFEST_INVALID',
      /inside the package/,
    ],
    ['an absolute entry', { plugins: [{ kind: 'cni', name: 'a', entry: '/etc/x.js' }] }, 'PLUGIN_MANIFEST_INVALID', /begin with/],
    [
      'annotations of every kind',
      { plugins: [{ kind: 'cni', name: 'a', entry: './x.js', reads: { annotations: [''] } }] },
      'PLUGIN_MANIFEST_INVALID',
      /begin with a domain/,
    ],
    ...unsoundReads(),
    [
      'one name twice',
      { plugins: [1, 2].map(() => ({ kind: 'cni', name: 'a', entry: './x.js' })) },
      'PLUGIN_MANIFEST_INVALID',
      /there twice/,
    ],
  ])('%s', async (_rule, manifest, code, says) => {
    const { root, discovery } = await discovered({
      'work/package.json': depends('bad', 'good'),
      ...pluginFiles('work/node_modules/bad', 'bad', { manifest }),
      ...pluginFiles('work/node_modules/good', 'good'),
    });
    expect(found(discovery)).toEqual(['good project']);
    const path = join(root, 'work/node_modules/bad');
    expect(discovery.problems).toMatchObject([
      { name: 'SkoopError', code, exit: 2, package: 'bad', path, message: expect.stringMatching(says) },
    ]);
    expect(discovery.problems[0]?.message).toContain(`bad (${path})`);
    expect(discovery.problems[0]?.remedy).not.toBe('');
  });

  test.each<[rule: string, packageJson: string | object, says: RegExp]>([
    ['is no JSON', '{ "skoop": ', /can't be read/],
    ['is a list', '[]', /no object/],
    ['is a giant', JSON.stringify({ pad: 'x'.repeat(1 << 20) }), /larger than/],
  ])('a package.json that %s', async (_rule, packageJson, says) => {
    const { discovery } = await discovered({ 'work/package.json': depends('bad'), 'work/node_modules/bad/package.json': packageJson });
    expect(discovery.problems).toMatchObject([{ code: 'PLUGIN_MANIFEST_INVALID', message: expect.stringMatching(says) }]);
  });

  test('a dependency name that would climb out of node_modules is passed over', async () => {
    const { discovery } = await discovered({ 'work/package.json': depends('../../evil'), ...pluginFiles('evil', 'evil') });
    expect(discovery).toEqual({ plugins: [], problems: [] });
  });

  test('a package without a manifest is no plugin and no problem', async () => {
    const { discovery } = await discovered({
      'work/package.json': depends('lodash'),
      'work/node_modules/lodash/package.json': { name: 'lodash' },
    });
    expect(discovery).toEqual({ plugins: [], problems: [] });
  });
});

test('a manifest may name resources of further API groups', async () => {
  const resources = [
    { resource: 'pools', kind: 'Pool', apiVersions: ['acme.example/v1', 'old.acme.example/v1beta1'], fields: ['spec.cidr'] },
  ];
  const { discovery } = await discovered({
    'work/package.json': depends('acme'),
    ...pluginFiles('work/node_modules/acme', 'acme', {
      manifest: { plugins: [{ kind: 'cni', name: 'acme', entry: './x.js', reads: { resources } }] },
    }),
  });
  expect(discovery.problems).toEqual([]);
  expect(discovery.plugins[0]?.manifest.plugins[0]?.reads?.resources).toEqual(resources);
});

test('discovery runs no code of a plugin', async () => {
  const { discovery } = await discovered({
    'work/package.json': depends('acme'),
    ...pluginFiles('work/node_modules/acme', 'acme', {
      code: 'globalThis.acmeWasImported = true;',
      config: 'globalThis.acmeWasImported = true;',
    }),
  });
  expect(found(discovery)).toEqual(['acme project']);
  expect(globalThis).not.toHaveProperty('acmeWasImported');
});
