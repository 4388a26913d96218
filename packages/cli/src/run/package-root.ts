import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of this package, installed or in a work tree: `dist` and `src` lie at the same depth. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The collector's script, copied into the package when it is built. */
export const COLLECTOR_SCRIPT = `${PACKAGE_ROOT}/collector/skoop-collect.sh`;

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(`${PACKAGE_ROOT}/package.json`, 'utf8')) as { version: string };
  return version;
}
