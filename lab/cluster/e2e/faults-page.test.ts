import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { FAULTS } from './faults.ts';
import { faultsPage } from './faults-page.ts';
import { VARIANTS } from './variant.ts';

const PAGE = new URL('../../../docs/faults.md', import.meta.url);
/** Tables as they are before somebody lines up their columns. */
const plain = (text: string): string => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');

test('docs/faults.md is what the table says; SKOOP_UPDATE_GOLDEN=1 writes it anew', () => {
  if ((process.env['SKOOP_UPDATE_GOLDEN'] ?? '') !== '') writeFileSync(PAGE, faultsPage(FAULTS));
  expect(plain(readFileSync(PAGE, 'utf8'))).toBe(plain(faultsPage(FAULTS)));
});

test('every kind of cluster that is always run has faults, each fault a kind, and each a name of its own there', () => {
  const names = VARIANTS.filter(({ extra }) => extra !== true).map(({ name }) => name);
  for (const name of names) expect(FAULTS.filter((fault) => fault.in.some((one) => one === name)).length).toBeGreaterThan(3);
  for (const fault of FAULTS) for (const name of fault.in) expect(names).toContain(name);
  const told = FAULTS.flatMap((fault) => fault.in.map((name) => `${name}: ${fault.name}`));
  expect(told.filter((one, at) => told.indexOf(one) !== at)).toEqual([]);
});
