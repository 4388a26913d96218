import { test } from '@jest/globals';
import { packageContract } from '@skoop/testkit';
import { Built } from './testing/built.ts';

for (const { name, run } of await packageContract(new URL('..', import.meta.url), { healthy: { built: () => new Built() } }))
  test(name, run);
