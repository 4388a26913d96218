import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { cniCode, makeTree, pluginFiles, providerCode, type Tree } from './__fixtures__/tree.ts';
import { discover } from './discover.ts';
import type { Discovery } from './found.ts';
import { loadCni, loadConfigBinders, loadProvider } from './load.ts';

async function withPlugins(tree: Tree): Promise<Discovery> {
  const names = [...new Set(Object.keys(tree).flatMap((path) => /^work\/node_modules\/([^/]+)/.exec(path)?.[1] ?? []))];
  const root = await makeTree({ ...tree, 'work/package.json': { dependencies: Object.fromEntries(names.map((name) => [name, '*'])) } });
  return discover({ cwd: join(root, 'work'), cliRoot: join(root, 'cli'), pluginsDir: join(root, 'data'), localPlugins: true });
}

const at = (name: string): string => `work/node_modules/${name}`;
const binder = (name: string): string =>
  `{ name: '${name}', heading: '${name}', bindFlags() {}, parse: (values) => ({ ok: true, value: values }) }`;

describe('a provider', () => {
  test('is imported by its name, and nothing else is', async () => {
    const discovery = await withPlugins({
      ...pluginFiles(at('acme'), 'acme'),
      ...pluginFiles(at('bomb'), 'bomb', { name: 'bomb', code: 'throw new Error("boom")' }),
    });
    expect((await loadProvider(discovery, 'acme')).name).toBe('acme');
  });

  test('may be CommonJS, as it is or compiled from an ES module', async () => {
    const cjs = (code: string): string => `${code} = { name: 'acme', createNetwork() {} };`;
    for (const code of [
      cjs('module.exports'),
      `Object.defineProperty(exports, '__esModule', { value: true });\n${cjs('exports.default')}`,
    ]) {
      const files = pluginFiles(at('acme'), 'acme', { entry: './entry.cjs' });
      expect((await loadProvider(await withPlugins({ ...files, [`${at('acme')}/entry.cjs`]: code }), 'acme')).name).toBe('acme');
    }
  });

  test.each<[rule: string, init: Parameters<typeof pluginFiles>[2], code: string, says: RegExp]>([
    ['that throws on import', { code: 'throw new Error("boom")' }, 'PLUGIN_LOAD_FAILED', /can't be loaded: boom/],
    ['that throws no error', { code: 'throw undefined' }, 'PLUGIN_LOAD_FAILED', /threw something/],
    ['with a syntax error', { code: 'export default {' }, 'PLUGIN_LOAD_FAILED', /can't be loaded/],
    ['whose dependency is missing', { code: 'import "not-there-at-all"; export default {};' }, 'PLUGIN_LOAD_FAILED', /not-there-at-all/],
    [
      'whose entry is not built',
      { entry: './dist/provider.js' },
      'PLUGIN_LOAD_FAILED',
      /\.\/dist\/provider\.js, which its manifest names, does not exist/,
    ],
    ['without a default export', { code: 'export const provider = {};' }, 'PLUGIN_SHAPE_INVALID', /no object/],
    ['of another name', { code: providerCode('other') }, 'PLUGIN_SHAPE_INVALID', /"name" must be "acme"/],
    [
      'without createNetwork',
      { code: "export default { name: 'acme', detect: 1 }" },
      'PLUGIN_SHAPE_INVALID',
      /"createNetwork" must be a function; "detect" must be a function/,
    ],
    ['for a newer contract', { contract: '^2.0' }, 'PLUGIN_CONTRACT_MISMATCH', /made for contract \^2\.0/],
    ['with a bad manifest', { manifest: { codes: '/etc' } }, 'PLUGIN_MANIFEST_INVALID', /skoop\.codes/],
  ])('%s is an error that names package and path', async (_rule, init, code, says) => {
    const discovery = await withPlugins({
      ...pluginFiles(at('acme-package'), 'acme-package', init),
      ...pluginFiles(at('good'), 'good', { name: 'good' }),
    });
    const thrown = loadProvider(discovery, 'acme');
    await expect(thrown).rejects.toMatchObject({ name: 'SkoopError', code, exit: 2, message: expect.stringMatching(says) });
    await expect(thrown).rejects.toMatchObject({ message: expect.stringMatching(/acme-package \(.*node_modules\/acme-package\)/) });
    expect((await loadProvider(discovery, 'good')).name).toBe('good');
  });

  test('whose entry is a link out of the package is refused', async () => {
    const discovery = await withPlugins({
      ...pluginFiles(at('acme'), 'acme', { entry: './out.js' }),
      'evil.js': providerCode('acme'),
      [`${at('acme')}/out.js`]: { link: 'evil.js' },
    });
    await expect(loadProvider(discovery, 'acme')).rejects.toMatchObject({
      code: 'PLUGIN_MANIFEST_INVALID',
      message: expect.stringMatching(/leads out of the package, to .*evil\.js/),
    });
  });

  test('that does not exist: the error lists what does, and how to install', async () => {
    const discovery = await withPlugins(pluginFiles(at('acme'), 'acme'));
    await expect(loadProvider(discovery, 'acmee')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      exit: 2,
      message: expect.stringMatching(/found: acme\); did you mean "acme"/),
    });
    await expect(loadProvider(discovery, 'aliyun')).rejects.toMatchObject({
      remedy: expect.stringContaining('npm install @skoop/provider-aliyun'),
    });
    await expect(loadCni(discovery, 'acme')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringMatching(/network plugin "acme" \(none was found\)/),
    });
  });

  test('claimed by two packages is an error that names both, and only when it is used', async () => {
    const discovery = await withPlugins({
      ...pluginFiles(at('acme-one'), 'acme-one'),
      ...pluginFiles(at('acme-two'), 'acme-two'),
      ...pluginFiles(at('other'), 'other', { name: 'other' }),
    });
    await expect(loadProvider(discovery, 'acme')).rejects.toMatchObject({
      code: 'PLUGIN_NAME_CLASH',
      exit: 2,
      message: expect.stringMatching(/acme-one \(.*\) and acme-two \(.*\)/),
    });
    expect((await loadProvider(discovery, 'other')).name).toBe('other');
  });
});

describe('a CNI plugin', () => {
  test('may have the name of a provider', async () => {
    const discovery = await withPlugins({ ...pluginFiles(at('a'), 'a'), ...pluginFiles(at('b'), 'b', { kind: 'cni' }) });
    expect((await loadCni(discovery, 'acme')).enforces).toEqual([]);
  });

  test.each<[rule: string, code: string, error: string, says: RegExp]>([
    [
      'without its checks',
      "export default { name: 'acme', contract: '^1.0' }",
      'PLUGIN_SHAPE_INVALID',
      /"detect".*"configure".*"checkPod".*"checkNode".*"enforces"/,
    ],
    ['that says itself to be for a newer contract', cniCode('acme', '0').replace('^1.0', '^2.0'), 'PLUGIN_CONTRACT_MISMATCH', /\^2\.0/],
  ])('%s is refused', async (_rule, code, error, says) => {
    const discovery = await withPlugins(pluginFiles(at('acme'), 'acme', { kind: 'cni', code }));
    await expect(loadCni(discovery, 'acme')).rejects.toMatchObject({ code: error, message: expect.stringMatching(says) });
  });
});

describe('config modules', () => {
  test('of all plugins are loaded; those that fail are problems', async () => {
    const discovery = await withPlugins({
      ...pluginFiles(at('good'), 'good', { config: `export default [${binder('good')}]` }),
      ...pluginFiles(at('none'), 'none'),
      ...pluginFiles(at('throws'), 'throws', { config: 'throw new Error("boom")' }),
      ...pluginFiles(at('single'), 'single', { config: `export default ${binder('single')}` }),
      ...pluginFiles(at('wrong'), 'wrong', { config: "export default [{ name: 'wrong', heading: 3 }]" }),
    });
    const { binders, problems } = await loadConfigBinders(discovery);
    expect(binders.map((one) => `${one.package}: ${one.binder.name}`)).toEqual(['good: good']);
    expect(problems).toMatchObject([
      { code: 'PLUGIN_SHAPE_INVALID', package: 'single', message: expect.stringMatching(/no list of ConfigBinders/) },
      { code: 'PLUGIN_LOAD_FAILED', package: 'throws', message: expect.stringMatching(/boom/) },
      { code: 'PLUGIN_SHAPE_INVALID', package: 'wrong', message: expect.stringMatching(/binder 1: "heading" must be a string/) },
    ]);
  });
});
