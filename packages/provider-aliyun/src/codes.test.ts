import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('say/', import.meta.url);
const text = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
const codes = [...new Set(text.join('\n').match(/(?<=')ALIYUN_[A-Z_0-9]+(?=')/g))].sort();

test('every code that is said has a page, and every page is about one', () => {
  const pages = readdirSync(new URL('../codes/', import.meta.url)).map((file) => file.replace(/\.md$/, ''));
  expect(pages.sort()).toEqual(codes);
});

test.each(codes)('the page of %s has the sections of all pages', (code) => {
  const page = readFileSync(new URL(`../codes/${code}.md`, import.meta.url), 'utf8');
  expect(page.match(/^#+ .*$/gm)).toEqual([`# ${code}`, '## How it was found', '## Look yourself', '## Mend it', '## When it is harmless']);
});
