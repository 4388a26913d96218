import { describe, expect, test } from '@jest/globals';
import type { Network } from '@skoop/core';
import { toFailure } from '../errors/failure.ts';
import { asker } from './answered.ts';
import { ownNetwork } from './own-network.ts';

const manifest = { contract: '^1.0', plugins: [{ kind: 'provider', name: 'moon', entry: './p.js' }] } as const;
const discovery = { plugins: [{ package: 'skoop-provider-moon', path: '/p', version: '1.0.0', manifest }], problems: [] };
const ask = asker({ discovery } as unknown as Parameters<typeof asker>[0], 'provider', 'moon');

const answer = { suspicions: [], path: { paths: [] } };
const moon = (parts: object): Network =>
  ownNetwork({ diagnose: () => Promise.resolve(answer), dispose: () => Promise.resolve(), ...parts } as unknown as Network, ask);
const noMoon = (): Promise<never> => Promise.reject(new Error('no moon tonight'));
const diagnosed = (network: Network): Promise<unknown> => network.diagnose(...([] as unknown as Parameters<Network['diagnose']>));
const checked = (network: Network): Promise<unknown> | undefined => network.check?.({ signal: new AbortController().signal });

describe("a provider's own network that fails is no bug of skoop's", () => {
  test.each<[name: string, call: () => Promise<unknown> | undefined, says: RegExp]>([
    ['diagnose throws', () => diagnosed(moon({ diagnose: noMoon })), /moon could not diagnose: no moon tonight/],
    ['diagnose answers nothing', () => diagnosed(moon({ diagnose: () => Promise.resolve() })), /diagnose gave no answer/],
    ['check throws', () => checked(moon({ check: noMoon })), /moon could not check: no moon tonight/],
    ['check gives no list', () => checked(moon({ check: () => Promise.resolve('fine') })), /no list of suspicions/],
    ['dispose throws', () => moon({ dispose: noMoon }).dispose(), /could not give back what it holds/],
  ])('%s', async (_name, call, says) => {
    const thrown: unknown = await Promise.resolve(call()).catch((error: unknown) => error);
    expect(toFailure(thrown)).toMatchObject({
      exit: 2,
      code: 'PLUGIN_FAILED',
      message: expect.stringMatching(says) as unknown,
      remedy: expect.stringContaining('skoop-provider-moon') as unknown,
    });
  });

  test('what it answers comes through, and a check that it lacks stays lacking', async () => {
    expect(await diagnosed(moon({}))).toBe(answer);
    expect('check' in moon({})).toBe(false);
    expect(await checked(moon({ check: () => Promise.resolve([]) }))).toEqual([]);
  });
});
