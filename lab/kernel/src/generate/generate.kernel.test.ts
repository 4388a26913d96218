import { afterAll, expect, test } from '@jest/globals';
import { LabSession } from '../session.ts';
import { FAMILIES } from './families/index.ts';
import { run } from './run.ts';

const session = new LabSession();
afterAll(() => session.close());

test.each([
  ['a fixed seed', 1, 2500],
  // Fewer: what it finds is rarely about the change at hand. `npm run fuzz` searches for hours.
  ['a fresh seed', Date.now() % 1_000_000, 500],
])(
  'generated laboratories and packets, %s (%s, %s cases): the model answers as the kernel does',
  async (_name, seed, cases) => {
    const { differences } = await run(session, { families: FAMILIES, seed, cases, time: Infinity });
    expect({ seed, differences }).toEqual({ seed, differences: [] });
  },
  600_000,
);

test('generated laboratories, rule by rule: the packets meet the rules that the model says', async () => {
  // A tunnel's outer packets may belong to a connection that an earlier packet has begun, which no rule of nat sees again.
  const families = FAMILIES.filter(({ name }) => name !== 'cluster');
  const { differences } = await run(session, { families, seed: 7, cases: 800, time: Infinity, trails: true });
  expect(differences).toEqual([]);
}, 600_000);
