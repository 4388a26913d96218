// Packs every package of the repository and installs the tarballs into an empty folder, once for all tests of the suite.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Leaves the folder's name in SKOOP_TEST_INSTALLED: `tarballs/`, and `app/` with its node_modules. */
export default function install() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'skoop-install-')));
  process.env.SKOOP_TEST_INSTALLED = folder;
  const tarballs = join(folder, 'tarballs');
  const app = join(folder, 'app');
  mkdirSync(tarballs);
  mkdirSync(app);
  const { packageManager } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  // pnpm writes versions where the repository says `workspace:*`.
  run('npx', ['--yes', packageManager, '--recursive', '--filter', './packages/*', 'pack', '--pack-destination', tarballs], repository);
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...files], app);
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
}
