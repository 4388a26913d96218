// The two steps of a release, run by .github/workflows/release.yml, and by the install suite against a registry of its own.
import { build, pnpm } from './bootstrap.mjs';
import { run } from './process.mjs';

const steps = {
  /** Changesets become versions and changelogs; what the packages export counts as released. */
  version: [
    ['exec', 'changeset', 'version'],
    ['exec', 'node', 'scripts/api.mjs', '--release'],
    ['install', '--lockfile-only'],
  ],
  /** What has a version that the registry lacks is published. */
  publish: [['exec', 'changeset', 'publish']],
};

/** @param {readonly string[]} args the step's name */
export async function release([step = '']) {
  if (!Object.hasOwn(steps, step)) {
    console.error(`usage: npm run release -- ${Object.keys(steps).join('|')}`);
    return 2;
  }
  await build();
  for (const args of steps[step]) {
    const status = await run(...pnpm(args));
    if (status !== 0) return status;
  }
  return 0;
}
