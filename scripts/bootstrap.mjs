import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, root } from './process.mjs';

const NEEDED = [20, 19];

/** The pinned pnpm, through npx: nobody has to have it. */
export function pnpm(args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return ['npx', ['--yes', packageManager, ...args]];
}

/** Installs the dependencies, once for each state of the lockfile. */
export async function bootstrap() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
    console.error(`skoop needs Node.js ${NEEDED.join('.')} or later; this is ${process.versions.node}.`);
    process.exit(2);
  }
  process.env.TURBO_TELEMETRY_DISABLED = '1';
  const stamp = join(root, 'node_modules', '.skoop-installed');
  const state = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  console.error('installing the dependencies (once) …');
  await mustPass(pnpm(['install', '--frozen-lockfile']), 'the installation of the dependencies');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, state);
}

/** Builds what has changed. */
export async function build() {
  await mustPass(pnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only']), 'the build');
}

async function mustPass([command, args], what) {
  const { status, output } = await quietly(command, args);
  if (status === 0) return;
  process.stderr.write(output);
  console.error(`${what} failed (status ${status}).`);
  process.exit(1);
}
