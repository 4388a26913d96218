import { test } from '@jest/globals';
import { packageContract } from '@skoop/testkit';
import { Recorded } from './testing/recorded.ts';

for (const { name, run } of await packageContract(new URL('..', import.meta.url), { healthy: { recorded: () => new Recorded() } }))
  test(name, run);
