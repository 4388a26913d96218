import { afterAll, expect, test } from '@jest/globals';
import { LabSession } from '../session.ts';
import { judge } from './judge.ts';

const session = new LabSession();
afterAll(() => session.close());

test('generated rules, routes and packets: the model answers as the kernel does', async () => {
  expect(await judge(session, 12, 1)).toBeUndefined();
}, 300_000);
