import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FlagSpec } from '../contracts/config-binder.ts';
import { redactor, secretsOf } from './redact.ts';

const specs: readonly FlagSpec[] = [
  { name: 'token', type: 'string', description: '', secret: true },
  { name: 'keys', type: 'string-list', description: '', secret: true },
  { name: 'region', type: 'string', description: '' },
  { name: 'unset', type: 'string', description: '', secret: true },
];

test('what is declared as secret is secret, whatever its type', () => {
  expect(secretsOf(specs, { token: 't0p', keys: ['k1', 'k2'], region: 'moon', unset: undefined })).toEqual(['t0p', 'k1', 'k2']);
});

test.each<[secrets: string[], text: string, hidden: string]>([
  [['t0p'], 'Bearer t0p; t0p', 'Bearer <redacted>; <redacted>'],
  [['ab', 'abc'], 'abc ab', '<redacted> <redacted>'],
  [['a"b'], '{"token":"a\\"b"}', '{"token":"<redacted>"}'],
  [['a b&c'], '?token=a%20b%26c', '?token=<redacted>'],
  [['user:pass'], 'Basic dXNlcjpwYXNz', 'Basic <redacted>'],
  [['a.c'], 'abc', 'abc'],
  [['', ' '], 'nothing to hide', 'nothing to hide'],
])('%j in %j', (secrets, text, hidden) => {
  expect(redactor(secrets)(text)).toBe(hidden);
});

test('no secret is left, and the rest of the text is', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Z]{4,12}$/),
      fc.stringMatching(/^[a-z ]{0,20}$/),
      fc.stringMatching(/^[a-z ]{0,20}$/),
      (secret, before, after) => {
        expect(redactor([secret])(`${before}${secret}${after}`)).toBe(`${before}<redacted>${after}`);
      },
    ),
  );
});
