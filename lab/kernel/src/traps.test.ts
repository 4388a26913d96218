import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { TRAPS } from './traps.ts';

const folders = [new URL('.', import.meta.url), new URL('../../../packages/netstack/src/', import.meta.url)];

/** The names of tests and tables: what stands in quotes. */
function namesIn(folder: URL): readonly string[] {
  const files = readdirSync(fileURLToPath(folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/'[^'\n]*\bT\d{2}\b[^'\n]*'/g) ?? []);
}

test('every trap has a test that names it, and no test names another', () => {
  const named = new Set(folders.flatMap(namesIn).flatMap((name) => name.match(/\bT\d{2}\b/g) ?? []));
  expect([...named].sort()).toEqual(Object.keys(TRAPS));
});
