import type { FlagSpec, FlagValue, FlagValues } from '../contracts/config-binder.ts';
import { coerce } from './coerce.ts';
import type { ConfigFile } from './config-file.ts';
import { type ConfigProblem, configProblem } from './config-problem.ts';

/** Where a value came from. */
export type ValueOrigin =
  | { readonly kind: 'flag' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'default' };

export interface ValueSources {
  /** As they stood on the command line, by flag name; `undefined` where a flag was not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigFile | undefined;
}

export interface ResolvedValues {
  /** By flag name; `undefined` for one without value and default. */
  readonly values: FlagValues;
  /** Of every flag that has a value. */
  readonly origins: ReadonlyMap<string, ValueOrigin>;
  /** Values that can't be used; such a flag is `undefined`, never its default. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * The value of every flag: from the command line, else `SKOOP_FLAG_NAME`, else the flag's own variable, else the configuration file,
 * else its default. An empty variable counts as unset.
 */
export function resolveValues(specs: readonly FlagSpec[], sources: ValueSources): ResolvedValues {
  const values: Record<string, FlagValue> = {};
  const origins = new Map<string, ValueOrigin>();
  const problems: ConfigProblem[] = [];
  for (const flag of specs) {
    const found = lookUp(flag, sources);
    if (found === undefined) {
      values[flag.name] = undefined;
      continue;
    }
    origins.set(flag.name, found.origin);
    const value = coerce(flag, found.given);
    values[flag.name] = value.ok ? value.value : undefined;
    if (!value.ok)
      problems.push(
        configProblem(
          'CONFIG_VALUE_INVALID',
          `${describeOrigin(flag.name, found.origin)}: ${value.error}`,
          `set it right, or leave it out; skoop diagnose --help describes --${flag.name}`,
        ),
      );
  }
  return { values, origins, problems };
}

/** The environment variable that may set a flag: `SKOOP_FLANNEL_BRIDGE`. */
export function variableOf(flag: string): string {
  return `SKOOP_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `--acme-region (from SKOOP_ACME_REGION)`. */
export function describeOrigin(flag: string, origin: ValueOrigin): string {
  switch (origin.kind) {
    case 'flag':
      return `--${flag}`;
    case 'environment':
      return `--${flag} (from the environment variable ${origin.variable})`;
    case 'file':
      return `--${flag} (from ${origin.file}, line ${String(origin.line)})`;
    case 'default':
      return `--${flag} (its default)`;
  }
}

function lookUp(flag: FlagSpec, { flags, env, file }: ValueSources): { readonly given: unknown; readonly origin: ValueOrigin } | undefined {
  const given = flags[flag.name];
  if (given !== undefined) return { given, origin: { kind: 'flag' } };
  for (const variable of flag.env === undefined ? [variableOf(flag.name)] : [variableOf(flag.name), flag.env]) {
    const text = env[variable];
    if (text !== undefined && text !== '') return { given: text, origin: { kind: 'environment', variable } };
  }
  const inFile = file?.values.get(flag.name);
  // `flag:` with nothing behind it is YAML's null.
  if (inFile !== undefined && inFile.value !== null)
    return { given: inFile.value, origin: { kind: 'file', file: inFile.file, line: inFile.line } };
  return flag.default === undefined ? undefined : { given: flag.default, origin: { kind: 'default' } };
}
