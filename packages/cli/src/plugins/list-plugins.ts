import type { Discovery } from '@skoop/core/plugins';
import { isSet, textOf } from '../config/values.ts';
import { renderData, structuredFormat } from '../output/structured.ts';
import { table } from '../output/table.ts';
import { writeStdout } from '../output/write.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { loadPlugins } from './load-plugins.ts';

interface PluginRow {
  readonly kind: string;
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly contract: string;
  readonly origin: string;
  readonly path: string;
}

/** `skoop plugins`: what was found, from where, what is shadowed, what failed. */
export async function listPlugins(run: Run): Promise<ExitStatus> {
  const format = structuredFormat(textOf(run.values, 'format'));
  const { discovery, problems } = await loadPlugins(!isSet(run.values, 'no-local-plugins'), DIAGNOSE);
  const plugins = rowsOf(discovery);
  const shadowed = discovery.plugins.flatMap((plugin) =>
    plugin.shadows.map((copy) => ({ package: plugin.package, ...copy, by: plugin.path })),
  );
  const failed = problems.map((problem) => ({
    code: problem.code,
    package: problem.package,
    path: problem.path,
    message: problem.message,
    remedy: problem.remedy,
  }));
  if (format !== 'text') {
    await writeStdout(await renderData({ plugins, shadowed, failed }, format));
    return Exit.ok;
  }
  const lines = [
    ...table(
      ['KIND', 'NAME', 'PACKAGE', 'VERSION', 'CONTRACT', 'FROM'],
      plugins.map((row) => [row.kind, row.name, row.package, row.version, row.contract, row.origin]),
    ),
  ];
  for (const { package: name, path } of discovery.plugins) run.log.debug(`${name} is in ${path}`);
  if (shadowed.length > 0)
    lines.push(
      '',
      'Shadowed by a nearer copy:',
      ...shadowed.map((copy) => `  ${copy.package} ${copy.version} (${copy.origin}: ${copy.path})`),
    );
  if (failed.length > 0)
    lines.push(
      '',
      'Failed:',
      ...failed.flatMap(({ code, message, remedy }) => [`  ${code}: ${message}`, ...(remedy === '' ? [] : [`    ${remedy}`])]),
    );
  await writeStdout(`${lines.join('\n')}\n`);
  return Exit.ok;
}

function rowsOf({ plugins }: Discovery): readonly PluginRow[] {
  return plugins.flatMap(({ package: name, version, path, origin, manifest }) =>
    manifest.plugins.map((entry) => ({
      kind: entry.kind,
      name: entry.name,
      package: name,
      version,
      contract: manifest.contract,
      origin,
      path,
    })),
  );
}
