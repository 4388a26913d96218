import { afterAll, expect, test } from '@jest/globals';
import { LabSession } from '../session.ts';
import { FAMILIES } from './families/index.ts';
import { run } from './run.ts';

const session = new LabSession();
afterAll(() => session.close());

test.each([
  ['a fixed seed', 1],
  ['a fresh seed', Date.now() % 1_000_000],
])(
  'generated laboratories and packets, %s (%s): the model answers as the kernel does',
  async (_name, seed) => {
    const { differences } = await run(session, { families: FAMILIES, seed, cases: 1500, time: Infinity });
    expect({ seed, differences }).toEqual({ seed, differences: [] });
  },
  600_000,
);
