import { describe, expect, test } from '@jest/globals';
import type { ConfigBinder, FlagSpec } from '../contracts/config-binder.ts';
import type { OwnedBinder } from '../discovery/load.ts';
import { collectFlags } from './collect-flags.ts';

const flag = (name: string, spec: Partial<FlagSpec> = {}): FlagSpec => ({ name, type: 'string', description: 'what it is', ...spec });

function owned(owner: string, heading: string, flags: readonly FlagSpec[], binder: Partial<ConfigBinder<unknown>> = {}): OwnedBinder {
  const bindFlags: ConfigBinder<unknown>['bindFlags'] = (set) => flags.forEach((one) => set.add(one));
  return {
    package: owner,
    path: `/plugins/${owner}`,
    binder: { name: owner, heading, bindFlags, parse: (value) => ({ ok: true, value }), ...binder },
  };
}

const names = (collected: ReturnType<typeof collectFlags>): object =>
  Object.fromEntries(collected.headings.map(({ heading, flags }) => [heading, flags.map(({ name }) => name)]));

test('flags stand under the headings of their binders; equal headings are one, and one without flags is none', () => {
  const collected = collectFlags([
    owned('a', 'A', [flag('a-x'), flag('a-y')]),
    owned('b', 'B', [flag('b-x')]),
    owned('c', 'A', [flag('c-x')]),
    owned('d', 'D', []),
  ]);
  expect(names(collected)).toEqual({ A: ['a-x', 'a-y', 'c-x'], B: ['b-x'] });
  expect(collected.problems).toEqual([]);
});

describe('clashes', () => {
  test('of two plugins: the first has the flag, and the problem names both', () => {
    const collected = collectFlags([owned('a', 'A', [flag('region')]), owned('b', 'B', [flag('region'), flag('b-x')])]);
    expect(names(collected)).toEqual({ A: ['region'], B: ['b-x'] });
    expect(collected.problems).toMatchObject([
      {
        code: 'PLUGIN_FLAG_CLASH',
        package: 'b',
        message: 'plugin b (/plugins/b): its flag --region is also one of a (/plugins/a), and is left out',
      },
    ]);
  });

  test("with skoop's own flags", () => {
    const { problems } = collectFlags([owned('a', 'A', [flag('src')])], new Set(['src']));
    expect(problems).toMatchObject([{ code: 'PLUGIN_FLAG_CLASH', message: expect.stringMatching(/--src is one of skoop itself/) }]);
  });

  test('of the names that configurations go by', () => {
    const { binders, problems } = collectFlags([owned('a', 'A', []), owned('b', 'B', [], { name: 'a' })]);
    expect(binders.map((bound) => bound.package)).toEqual(['a']);
    expect(problems).toMatchObject([{ code: 'PLUGIN_FLAG_CLASH', package: 'b', message: expect.stringMatching(/also that of a/) }]);
  });
});

test.each<[rule: string, binder: OwnedBinder, says: RegExp]>([
  [
    'throws',
    owned('bad', 'Bad', [], {
      bindFlags: () => {
        throw new Error('boom');
      },
    }),
    /could not declare its flags: boom/,
  ],
  ['declares a name with dashes in front', owned('bad', 'Bad', [flag('--x')]), /"--x" is no flag name/],
  ['declares an unknown type', owned('bad', 'Bad', [flag('x', { type: 'date' as 'string' })]), /"date" is no type/],
  ['has a default of another type', owned('bad', 'Bad', [flag('x', { type: 'integer', default: 'many' })]), /default is no integer/],
])('a binder that %s is a problem, and the others keep their flags', (_rule, binder, says) => {
  const collected = collectFlags([binder, owned('good', 'Good', [flag('good-x')])]);
  expect(names(collected)).toEqual({ Good: ['good-x'] });
  expect(collected.problems).toMatchObject([{ code: 'PLUGIN_SHAPE_INVALID', package: 'bad', message: expect.stringMatching(says) }]);
});
