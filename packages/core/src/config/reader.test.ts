import { describe, expect, test } from '@jest/globals';
import type { ConfigBinder, FlagValues } from '../contracts/config-binder.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import { collectFlags } from './collect-flags.ts';
import { makeConfigReader, parseAll } from './reader.ts';
import { type ValueSources, resolveValues } from './resolve-values.ts';

type Parse = ConfigBinder<unknown>['parse'];

function setUp(parse: Parse, sources: Partial<ValueSources> = {}) {
  const binder: ConfigBinder<unknown> = {
    name: 'acme',
    heading: 'Acme',
    bindFlags: (flags) => flags.add({ name: 'acme-region', type: 'string', description: '', default: 'moon' }),
    parse,
  };
  const other: ConfigBinder<FlagValues> = {
    ...binder,
    name: 'other',
    bindFlags: (flags) => flags.add({ name: 'other-x', type: 'string', description: '' }),
    parse: ok,
  };
  const { binders } = collectFlags([binder, other].map((one) => ({ package: `pkg-${one.name}`, path: '/p', binder: one })));
  const resolved = resolveValues(
    binders.flatMap(({ flags }) => flags),
    { flags: {}, env: {}, ...sources },
  );
  return { binder, binders, resolved, reader: makeConfigReader(binders, resolved) };
}

const needsRegion: Parse = (values): Result<unknown, never> | ReturnType<Parse> =>
  values['acme-region'] === 'mars' ? ok('fine') : err([{ flag: 'acme-region', message: 'it must be mars' }]);

test('a binder gets the values of its own flags alone, and is asked once', () => {
  const seen: FlagValues[] = [];
  const { reader, binder } = setUp((values) => (seen.push(values), ok(values['acme-region'])));
  expect([reader.config(binder), reader.config(binder)]).toEqual(['moon', 'moon']);
  expect(seen).toEqual([{ 'acme-region': 'moon' }]);
});

test('a binder is found by its name: the plugin may hold another copy of it', () => {
  const { reader, binder } = setUp((values) => ok(values['acme-region']));
  expect(reader.config({ ...binder, parse: () => err([]) })).toBe('moon');
});

describe('a configuration that is wrong', () => {
  test('is told before the run where the user set something of it, with where that came from', () => {
    const { binders, resolved } = setUp(needsRegion, { env: { SKOOP_ACME_REGION: 'venus' } });
    expect(parseAll(binders, resolved)).toMatchObject([
      {
        code: 'CONFIG_VALUE_INVALID',
        exit: 2,
        message: '--acme-region (from the environment variable SKOOP_ACME_REGION): it must be mars',
      },
    ]);
  });

  test('is no matter before the run where nothing of it was set, and an error once its plugin asks', () => {
    const { binders, resolved, reader, binder } = setUp(needsRegion);
    expect(parseAll(binders, resolved)).toEqual([]);
    expect(() => reader.config(binder)).toThrow('--acme-region (its default): it must be mars');
  });

  test.each<[rule: string, parse: Parse, says: string]>([
    [
      'whose parse throws',
      () => {
        throw new Error('boom');
      },
      'plugin pkg-acme could not read its flags: boom',
    ],
    ['whose parse returns nothing', () => undefined as unknown as Result<unknown, []>, 'plugin pkg-acme could not read its flags'],
  ])('%s', (_rule, parse, says) => {
    const { reader, binder } = setUp(parse);
    expect(() => reader.config(binder)).toThrow(says);
  });

  test('that no module declared', () => {
    const { reader, binder } = setUp(ok);
    expect(() => reader.config({ ...binder, name: 'unheard-of' })).toThrow('"unheard-of" was asked for');
  });
});
