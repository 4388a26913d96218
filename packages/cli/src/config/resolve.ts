import { homedir } from 'node:os';
import type { ConfigFile, ResolvedValues } from '@skoop/core/plugins';
import { usageError } from '../errors/usage-error.ts';
import type { Flag } from '../flags/flag.ts';

export interface Resolution {
  readonly resolved: ResolvedValues;
  readonly file: ConfigFile;
  /** The values of flags that are never shown. */
  readonly secrets: readonly string[];
}

/** Flag, environment variable, configuration file, default: the first that is there. A value that can't be used ends the run. */
export async function resolve(table: readonly Flag[], given: Readonly<Record<string, unknown>>): Promise<Resolution> {
  const { loadConfigFile, resolveValues, secretsOf } = await import('@skoop/core/plugins');
  const file = await loadConfigFile({ cwd: process.cwd(), home: homedir(), env: process.env });
  const settable = table.filter((flag) => flag.name !== 'help');
  const resolved = resolveValues(settable, { flags: given, env: process.env, file });
  const [first, ...others] = resolved.problems;
  if (first !== undefined)
    throw others.length === 0 ? first : usageError([first, ...others].map((problem) => problem.message).join('\n'), first.remedy);
  return { resolved, file, secrets: secretsOf(settable, resolved.values) };
}
