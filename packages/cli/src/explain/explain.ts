import { readFile, readdir } from 'node:fs/promises';
import { isSet } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { writeStdout } from '../output/write.ts';
import { findPlugins } from '../plugins/load-plugins.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { PACKAGE_ROOT } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';

/** Our own pages, copied into the package when it is built. */
const PAGES = `${PACKAGE_ROOT}/codes`;

/** `skoop explain CODE`; without a code, the list of them. */
export async function explain(run: Run): Promise<ExitStatus> {
  const { findCodePage, listCodes } = await import('@skoop/core/plugins');
  const discovery = await findPlugins(!isSet(run.values, 'no-local-plugins'));
  const [asked] = run.args;
  const own = await ownCodes();
  const all = [...new Set([...own, ...(await listCodes(discovery))])].sort();
  if (asked === undefined) {
    await writeStdout(`${all.join('\n')}\n`);
    return Exit.ok;
  }
  const code = asked.toUpperCase();
  const page = own.includes(code) ? await readFile(`${PAGES}/${code}.md`, 'utf8') : (await findCodePage(discovery, code))?.text;
  if (page === undefined) throw usageError(`there is no suspicion code "${asked}"`, suggestion(code, all));
  await writeStdout(page.endsWith('\n') ? page : `${page}\n`);
  return Exit.ok;
}

async function ownCodes(): Promise<readonly string[]> {
  const files = await readdir(PAGES).catch(() => []);
  return files.filter((file) => /^[A-Z][A-Z0-9_]*\.md$/.test(file)).map((file) => file.slice(0, -'.md'.length));
}

/** Codes of the same area, then those with a word in common. */
function suggestion(code: string, all: readonly string[]): string {
  const words = new Set(code.split('_').filter((word) => word.length > 2));
  const [area = ''] = code.split('_');
  const shared = all.filter((other) => other.split('_').some((word) => words.has(word)));
  const near = [...shared.filter((other) => other.startsWith(`${area}_`)), ...shared.filter((other) => !other.startsWith(`${area}_`))];
  return near.length > 0 ? `Near it: ${near.slice(0, 10).join(', ')}.` : '`skoop explain` lists them.';
}
