import { describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { ENGINE_CODES } from './engine-codes.ts';
import { FINDING_ENTRIES } from './finding-codes.ts';

const pages = readdirSync(new URL('../../../../docs/codes/', import.meta.url)).map((file) => file.replace(/\.md$/, ''));
const codes = [...Object.keys(FINDING_ENTRIES), ...ENGINE_CODES];

describe('pages of the suspicion codes in docs/codes', () => {
  test('every code has one', () => {
    expect(codes.filter((code) => !pages.includes(code))).toEqual([]);
  });

  test('each is about a code that there is', () => {
    expect(pages.filter((page) => !codes.includes(page))).toEqual([]);
  });
});
