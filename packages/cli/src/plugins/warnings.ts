import type { ConfigFile } from '@skoop/core/plugins';
import { COLLECT, CLEANUP, SNAPSHOT } from '../flags/snapshot.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import type { Flag } from '../flags/flag.ts';
import { TRACE } from '../flags/trace.ts';
import type { LoadedPlugins } from './load-plugins.ts';

/** What is wrong around a run and does not stop it: plugins that can't be used, settings that nothing reads. */
export async function pluginWarnings(plugins: LoadedPlugins, file: ConfigFile, table: readonly Flag[]): Promise<readonly string[]> {
  const { unknownKeys } = await import('@skoop/core/plugins');
  const known = new Set([...table, ...DIAGNOSE, ...SNAPSHOT, ...COLLECT, ...CLEANUP, ...TRACE].map((flag) => flag.name));
  return [...plugins.problems, ...unknownKeys(file, known)].map(({ message, remedy }) =>
    remedy === '' ? message : `${message} (${remedy})`,
  );
}
