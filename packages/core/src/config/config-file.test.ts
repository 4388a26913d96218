import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { makeTree, type Tree } from '../discovery/__fixtures__/tree.ts';
import { type ConfigFile, loadConfigFile } from './config-file.ts';
import { unknownKeys } from './unknown-keys.ts';

async function load(tree: Tree, env: (root: string) => Record<string, string> = () => ({})): Promise<{ root: string; file: ConfigFile }> {
  const root = await makeTree({ 'work/.keep': '', ...tree });
  return { root, file: await loadConfigFile({ cwd: join(root, 'work'), home: join(root, 'home'), env: env(root) }) };
}

const plain = ({ values }: ConfigFile): object => Object.fromEntries([...values].map(([name, { value }]) => [name, value]));

describe('where it is', () => {
  test.each<[where: string, tree: Tree, values: object]>([
    ['nowhere', {}, {}],
    [
      'YAML in the directory',
      { 'work/skoop.config.yaml': 'flannel-bridge: br0\nflannel-pod-mtu: 1450\n' },
      { 'flannel-bridge': 'br0', 'flannel-pod-mtu': 1450 },
    ],
    [
      'JSON in the directory',
      { 'work/skoop.config.json': '{\n\t"flannel-ip-masq": false,\n\t"tags": ["a"]\n}' },
      { 'flannel-ip-masq': false, tags: ['a'] },
    ],
    ['in ~/.config/skoop', { 'home/.config/skoop/skoop.config.yaml': 'a: 1' }, { a: 1 }],
    [
      'in both: the directory holds',
      { 'work/skoop.config.yaml': 'a: 1\nb: 1', 'home/.config/skoop/skoop.config.json': '{"b":2,"c":2}' },
      { a: 1, b: 1, c: 2 },
    ],
    ['empty', { 'work/skoop.config.yaml': '' }, {}],
    ['a comment', { 'work/skoop.config.yaml': '# nothing\n' }, {}],
  ])('%s', async (_where, tree, values) => {
    expect(plain((await load(tree)).file)).toEqual(values);
  });

  test('XDG_CONFIG_HOME stands for ~/.config', async () => {
    const { root, file } = await load(
      { 'xdg/skoop/skoop.config.yaml': 'a: 1', 'home/.config/skoop/skoop.config.yaml': 'a: 2' },
      (root) => ({ XDG_CONFIG_HOME: join(root, 'xdg') }),
    );
    expect(plain(file)).toEqual({ a: 1 });
    expect(file.files).toEqual([join(root, 'xdg/skoop/skoop.config.yaml')]);
  });

  test('every value knows its line', async () => {
    const { file } = await load({ 'work/skoop.config.yaml': '# first\na: 1\n\nb:\n  - x\n' });
    expect([...file.values].map(([name, { line }]) => [name, line])).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
  });
});

describe('one that is malformed is an error with file and line', () => {
  test.each<[rule: string, name: string, text: string, says: RegExp]>([
    ['broken YAML', 'skoop.config.yaml', 'a: 1\nb: [1, 2\n', /skoop\.config\.yaml, line [23]: /],
    ['broken JSON', 'skoop.config.json', '{\n  "a": 1\n  "b": 2\n}', /skoop\.config\.json, line [23]: /],
    ['a list', 'skoop.config.yaml', '- a\n- b\n', /line 1: it holds no map/],
    ['text', 'skoop.config.yaml', 'hello', /line 1: it holds no map/],
    ['a key that is no text', 'skoop.config.yaml', 'a: 1\n7: x\n', /line 2: a key is no flag name/],
    ['a key twice', 'skoop.config.yaml', 'a: 1\na: 2\n', /line 2: .*unique/],
    [
      'a bomb of aliases',
      'skoop.config.yaml',
      `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`).join('\n')}`,
      /line \d: .*alias/,
    ],
  ])('%s', async (_rule, name, text, says) => {
    await expect(load({ [`work/${name}`]: text })).rejects.toMatchObject({
      name: 'SkoopError',
      code: 'CONFIG_FILE_INVALID',
      exit: 2,
      message: expect.stringMatching(says),
    });
  });

  test('two in one folder', async () => {
    await expect(load({ 'work/skoop.config.yaml': '', 'work/skoop.config.json': '{}' })).rejects.toMatchObject({
      code: 'CONFIG_FILE_INVALID',
      message: expect.stringMatching(/two configuration files/),
    });
  });

  test('a folder of that name', async () => {
    await expect(load({ 'work/skoop.config.yaml/x': '' })).rejects.toMatchObject({
      code: 'CONFIG_FILE_INVALID',
      message: expect.stringMatching(/no regular file/),
    });
  });
});

test.each<[key: string, says: string]>([
  ['flanel-bridge', 'line 1: there is no flag "flanel-bridge"; did you mean "flannel-bridge"?'],
  ['--flannel-bridge', 'line 1: there is no flag "--flannel-bridge"; did you mean "flannel-bridge"?'],
  ['something-else-entirely', 'line 1: there is no flag "something-else-entirely"'],
])('a key that is no flag: %s', async (key, says) => {
  const { file } = await load({ 'work/skoop.config.yaml': `${key}: x\nsrc: a\n` });
  const problems = unknownKeys(file, new Set(['src', 'dst', 'flannel-bridge', 'flannel-pod-mtu']));
  expect(problems).toMatchObject([
    { code: 'CONFIG_KEY_UNKNOWN', exit: 2, message: expect.stringMatching(new RegExp(`${says.replaceAll('?', '\\?')}$`)) },
  ]);
});
