import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';

const sources = readdirSync(new URL('checks/', import.meta.url)).filter((file) => !file.endsWith('.test.ts'));
const text = sources.map((file) => readFileSync(new URL(`checks/${file}`, import.meta.url), 'utf8')).join('\n');
const codes = [...new Set(text.match(/(?<=')CALICO_[A-Z_]+(?=')/g))].sort();

test('every code that a check gives has a page, and every page is about one', () => {
  expect(codes.length).toBeGreaterThan(20);
  const pages = readdirSync(new URL('../codes/', import.meta.url)).map((file) => file.replace(/\.md$/, ''));
  expect(pages.sort()).toEqual(codes);
});
