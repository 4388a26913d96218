import { isSet, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import { renderData, structuredFormat } from '../output/structured.ts';
import { writeStdout } from '../output/write.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { loadPlugins } from './load-plugins.ts';

/** `skoop plugins inspect NAME`: one plugin, by its own or its package's name; its code is imported, to see whether that works. */
export async function inspectPlugin(run: Run): Promise<ExitStatus> {
  const [wanted = ''] = run.args;
  const format = structuredFormat(textOf(run.values, 'format'));
  const { loadCni, loadProvider } = await import('@skoop/core/plugins');
  const { discovery, binders, problems } = await loadPlugins(!isSet(run.values, 'no-local-plugins'), DIAGNOSE);
  const found = discovery.plugins.filter(
    (plugin) => plugin.package === wanted || plugin.manifest.plugins.some((entry) => entry.name === wanted),
  );
  const ownProblems = problems.filter(
    (problem) =>
      problem.package === wanted ||
      problem.offers.some((offer) => offer.name === wanted) ||
      found.some((plugin) => plugin.package === problem.package),
  );
  if (found.length === 0 && ownProblems.length === 0) {
    const names = discovery.plugins.flatMap((plugin) => plugin.manifest.plugins.map((entry) => entry.name));
    throw usageError(`there is no plugin "${wanted}"`, `Found: ${names.join(', ')}. \`skoop plugins\` shows more.`);
  }
  const inspected = await Promise.all(
    found.map(async (plugin) => ({
      package: plugin.package,
      version: plugin.version,
      path: plugin.path,
      from: plugin.origin,
      contract: plugin.manifest.contract,
      shadows: plugin.shadows.map((copy) => copy.path),
      flags: binders
        .filter((binder) => binder.path === plugin.path)
        .flatMap((binder) =>
          binder.flags.map((flag) => ({ name: `--${flag.name}`, heading: binder.binder.heading, description: flag.description })),
        ),
      plugins: await Promise.all(
        plugin.manifest.plugins.map(async ({ kind, name, detect }) => ({
          kind,
          name,
          ...(detect?.providerID !== undefined && { providerID: detect.providerID }),
          loads: await tried(() => (kind === 'provider' ? loadProvider(discovery, name) : loadCni(discovery, name))),
        })),
      ),
    })),
  );
  const failed = ownProblems.map(({ code, message, remedy }) => ({ code, message, remedy }));
  await writeStdout(await renderData({ packages: inspected, failed }, format === 'text' ? 'yaml' : format));
  return Exit.ok;
}

async function tried(load: () => Promise<unknown>): Promise<string> {
  try {
    await load();
    return 'yes';
  } catch (error) {
    return `no: ${(error as { message?: string }).message ?? String(error)}`;
  }
}
