// The published package needs files of the repository that lie outside of it.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const repository = fileURLToPath(new URL('../../..', import.meta.url));
for (const [from, to] of [
  ['collector/skoop-collect.sh', 'collector/skoop-collect.sh'],
  ['docs/codes', 'codes'],
]) {
  if (!existsSync(`${repository}/${from}`)) {
    process.stderr.write(`copy-assets: there is no ${from}\n`);
    continue;
  }
  rmSync(`${root}/${to}`, { recursive: true, force: true });
  mkdirSync(fileURLToPath(new URL('.', `file://${root}/${to}`)), { recursive: true });
  cpSync(`${repository}/${from}`, `${root}/${to}`, { recursive: true });
}
