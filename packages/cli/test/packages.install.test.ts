import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLI, TARBALLS } from './installed.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const packages = readdirSync(TARBALLS).map((file) => {
  const paths = execFileSync('tar', ['-tzf', join(TARBALLS, file)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const text = (path: string): string => execFileSync('tar', ['-xzOf', join(TARBALLS, file), `package/${path}`], { encoding: 'utf8' });
  return { file, paths: paths.map((path) => path.replace(/^package\//, '')), text };
});

describe.each(packages)('$file', ({ paths, text }) => {
  test.each([
    ['tests', /\.test\.|(^|\/)test\//],
    ['fixtures', /__fixtures__|(^|\/)testing\//],
    ['build information', /\.tsbuildinfo$/],
    ['source maps, whose sources are not in it', /\.map$/],
    ['configuration of tools', /(^|\/)(tsconfig.*|turbo\.json|\.gitignore|\.turbo\/.*)$/],
  ])('has no %s', (_name, pattern) => {
    expect(paths.filter((path) => pattern.test(path) && !path.startsWith('templates/'))).toEqual([]);
  });

  test('says what it is and under which licence', () => {
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
  });

  test('has every file that its package.json names', () => {
    const { exports, bin = {}, skoop } = JSON.parse(text('package.json')) as PackageJson;
    const named = [
      ...leaves(exports),
      ...Object.values(bin),
      ...(skoop?.plugins ?? []).map(({ entry }) => entry),
      skoop?.config ?? [],
    ].flat();
    expect(named.length).toBeGreaterThan(0);
    expect(paths).toEqual(expect.arrayContaining(named.map((path) => path.replace(/^\.\//, ''))));
  });

  test('depends on versions, not on a workspace', () => {
    expect(text('package.json')).not.toContain('workspace:');
  });
});

interface PackageJson {
  readonly exports: unknown;
  readonly bin?: Readonly<Record<string, string>>;
  readonly skoop?: { readonly config?: string; readonly plugins: readonly { readonly entry: string }[] };
}

function leaves(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(leaves);
}

describe('what @skoop/cli brings along', () => {
  test.each([
    ['the collector, as it is in the repository', 'collector/skoop-collect.sh', 'collector/skoop-collect.sh'],
    ['the list of recordings', 'recordings/index.json', 'packages/cli/recordings/index.json'],
    ['the schema of -o json', 'schema/diagnosis.schema.json', 'packages/cli/schema/diagnosis.schema.json'],
  ])('%s', (_name, installed, source) => {
    expect(readFileSync(join(CLI, installed), 'utf8')).toBe(readFileSync(join(REPOSITORY, source), 'utf8'));
  });

  test('every recording of that list', () => {
    const recordings = JSON.parse(readFileSync(join(CLI, 'recordings/index.json'), 'utf8')) as { file: string }[];
    expect(readdirSync(join(CLI, 'recordings'))).toEqual(expect.arrayContaining(recordings.map(({ file }) => file)));
  });

  test('a manifest of its commands, so that a start loads one of them', () => {
    const { commands } = JSON.parse(readFileSync(join(CLI, 'oclif.manifest.json'), 'utf8')) as { commands: object };
    expect(Object.keys(commands)).toEqual(expect.arrayContaining(['diagnose', 'snapshot', 'trace', 'plugins:list', 'explain', 'demo']));
  });
});
