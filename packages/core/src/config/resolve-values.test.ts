import { describe, expect, test } from '@jest/globals';
import type { FlagSpec, FlagValue } from '../contracts/config-binder.ts';
import type { ConfigFile } from './config-file.ts';
import { resolveValues } from './resolve-values.ts';

const flag = (spec: Partial<FlagSpec> = {}): FlagSpec => ({ name: 'acme-region', type: 'string', description: '', ...spec });
const file = (value: unknown): ConfigFile => ({
  files: ['f.yaml'],
  values: new Map([['acme-region', { value, file: 'f.yaml', line: 3 }]]),
});

describe('the order of the sources', () => {
  const spec = flag({ default: 'by-default', env: 'ACME_REGION' });
  const all = {
    flags: { 'acme-region': 'by-flag' },
    env: { SKOOP_ACME_REGION: 'by-skoop-env', ACME_REGION: 'by-own-env' },
    file: file('by-file'),
  };
  test.each<[from: string, sources: Parameters<typeof resolveValues>[1], value: string, origin: object]>([
    ['the command line', all, 'by-flag', { kind: 'flag' }],
    ['SKOOP_FLAG_NAME', { ...all, flags: {} }, 'by-skoop-env', { kind: 'environment', variable: 'SKOOP_ACME_REGION' }],
    [
      "the flag's own variable",
      { ...all, flags: {}, env: { ACME_REGION: 'by-own-env' } },
      'by-own-env',
      { kind: 'environment', variable: 'ACME_REGION' },
    ],
    [
      'the file, an empty variable being unset',
      { ...all, flags: {}, env: { SKOOP_ACME_REGION: '' } },
      'by-file',
      { kind: 'file', file: 'f.yaml', line: 3 },
    ],
    ['the default, an empty key being unset', { flags: {}, env: {}, file: file(null) }, 'by-default', { kind: 'default' }],
  ])('%s', (_from, sources, value, origin) => {
    const resolved = resolveValues([spec], sources);
    expect(resolved.values).toEqual({ 'acme-region': value });
    expect(resolved.origins.get('acme-region')).toEqual(origin);
    expect(resolved.problems).toEqual([]);
  });

  test('a flag without value and default is undefined and has no origin', () => {
    const { values, origins } = resolveValues([flag()], { flags: {}, env: {} });
    expect(values).toEqual({ 'acme-region': undefined });
    expect(origins.size).toBe(0);
  });
});

describe('what is read', () => {
  test.each<[type: FlagSpec['type'], given: unknown, value: FlagValue]>([
    ['string', 'text', 'text'],
    ['string', 7, '7'],
    ['string', true, 'true'],
    ['boolean', 'true', true],
    ['boolean', 'Off', false],
    ['boolean', false, false],
    ['integer', '1450', 1450],
    ['integer', '-1', -1],
    ['integer', 1450, 1450],
    ['string-list', 'a, b,,c', ['a', 'b', 'c']],
    ['string-list', ['a', 1], ['a', '1']],
  ])('%s from %j', (type, given, value) => {
    expect(resolveValues([flag({ type })], { flags: {}, env: {}, file: file(given) })).toMatchObject({
      values: { 'acme-region': value },
      problems: [],
    });
  });
});

describe('what is refused, with where it came from', () => {
  const from = {
    flag: (value: unknown) => ({ flags: { 'acme-region': value }, env: {} }),
    env: (value: string) => ({ flags: {}, env: { SKOOP_ACME_REGION: value } }),
    file: (value: unknown) => ({ flags: {}, env: {}, file: file(value) }),
  };
  test.each<[spec: Partial<FlagSpec>, sources: Parameters<typeof resolveValues>[1], message: string]>([
    [
      { type: 'boolean' },
      from.env('maybe'),
      '--acme-region (from the environment variable SKOOP_ACME_REGION): "maybe" is neither true nor false',
    ],
    [{ type: 'integer' }, from.flag('12.5'), '--acme-region: "12.5" is no whole number'],
    [{ type: 'integer' }, from.flag('99999999999999999999'), '--acme-region: "99999999999999999999" is no whole number'],
    [{ type: 'integer' }, from.file('1e3'), '--acme-region (from f.yaml, line 3): "1e3" is no whole number'],
    [{ type: 'string' }, from.file(1.1), '--acme-region (from f.yaml, line 3): "1.1" is no text; put it in quotes'],
    [{ type: 'string' }, from.file({ a: 1 }), '--acme-region (from f.yaml, line 3): "{"a":1}" is no text; put it in quotes'],
    [
      { type: 'string-list' },
      from.file([['a']]),
      '--acme-region (from f.yaml, line 3): "[["a"]]" is no list of texts (a,b or, in a file, [a, b])',
    ],
    [{ options: ['moon', 'mars'] }, from.flag('venus'), '--acme-region: "venus" is none of moon, mars'],
    [{ type: 'string-list', options: ['moon', 'mars'] }, from.flag('moon,venus'), '--acme-region: "venus" is none of moon, mars'],
    [
      { type: 'integer', secret: true },
      from.env('hunter2'),
      '--acme-region (from the environment variable SKOOP_ACME_REGION): its value is no whole number',
    ],
  ])('%j', (spec, sources, message) => {
    const { values, problems } = resolveValues([flag({ default: 'd', ...spec })], sources);
    expect(problems).toMatchObject([{ name: 'SkoopError', code: 'CONFIG_VALUE_INVALID', exit: 2, message }]);
    expect(values['acme-region']).toBeUndefined();
  });
});
