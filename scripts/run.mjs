#!/usr/bin/env node
// The one way in: sets everything up with nothing but Node.js and npm, then does what was asked for.
import { bootstrap, build } from './bootstrap.mjs';
import { run } from './process.mjs';
import { release } from './release.mjs';
import { test } from './test.mjs';

const [task, ...args] = process.argv.slice(2);

const tasks = {
  build: async () => build(),
  demo: async () => {
    await build();
    return run('node', ['packages/cli/bin/skoop.js', 'demo', ...args]);
  },
  test: async () => test(args),
  check: async () => test(['check']),
  release: async () => release(args),
  fuzz: async () => {
    await build();
    return run('node', ['lab/kernel/dist/generate/main.js', ...args]);
  },
  bench: async () => {
    await build();
    for (const bench of ['run', 'netfilter', 'trace', 'linear']) {
      const status = await run('node', [`bench/${bench}.mjs`, ...args]);
      if (status !== 0) return status;
    }
    return 0;
  },
};

if (!Object.hasOwn(tasks, task ?? '')) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(tasks).join('|')}`);
  process.exit(2);
}
await bootstrap();
process.exitCode = (await tasks[task]()) ?? 0;
