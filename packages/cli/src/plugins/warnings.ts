import type { ConfigFile } from '@skoop/core/plugins';
import { COMMANDS } from '../flags/commands.ts';
import type { Flag } from '../flags/flag.ts';
import type { LoadedPlugins } from './load-plugins.ts';

/** What is wrong around a run and does not stop it: plugins that can't be used, settings that nothing reads. */
export async function pluginWarnings(plugins: LoadedPlugins, file: ConfigFile, table: readonly Flag[]): Promise<readonly string[]> {
  const { unknownKeys } = await import('@skoop/core/plugins');
  const known = new Set([...table, ...Object.values(COMMANDS).flat()].map((flag) => flag.name));
  return [...plugins.problems, ...unknownKeys(file, known)].map(
    ({ code, message, remedy }) => `${message} [${code}]${remedy === '' ? '' : ` (${remedy})`}`,
  );
}
