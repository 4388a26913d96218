import type { ConfigBinder, FlagValue } from '../contracts/config-binder.ts';
import type { ConfigReader } from '../contracts/context.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import { reasonOf } from '../discovery/problem.ts';
import type { BoundBinder } from './collect-flags.ts';
import { type ConfigProblem, configProblem } from './config-problem.ts';
import { type ResolvedValues, describeOrigin } from './resolve-values.ts';

/**
 * How plugins read their configuration. A binder is found by its name, for the one that the plugin holds may come from another copy of the
 * module. Each is parsed once, when it is first asked for. Throws the first {@link ConfigProblem} of a configuration that is wrong.
 */
export function makeConfigReader(binders: readonly BoundBinder[], resolved: ResolvedValues): ConfigReader {
  const parsed = new Map<string, Result<unknown, readonly ConfigProblem[]>>();
  const read = (name: string): Result<unknown, readonly ConfigProblem[]> => {
    const bound = binders.find(({ binder }) => binder.name === name);
    if (bound === undefined)
      return err([
        configProblem(
          'CONFIG_PLUGIN_INVALID',
          `the configuration "${name}" was asked for, and no config module that loaded declares it`,
          'skoop plugins shows what failed to load',
        ),
      ]);
    const result = parsed.get(name) ?? parse(bound, resolved);
    parsed.set(name, result);
    return result;
  };
  return {
    config<C>(binder: ConfigBinder<C>): C {
      const result = read(binder.name);
      if (result.ok) return result.value as C;
      const [first, ...others] = result.error;
      throw configProblem('CONFIG_PLUGIN_INVALID', [first, ...others].map((problem) => problem?.message).join('\n'), first?.remedy ?? '');
    },
  };
}

/**
 * What is wrong with the configuration, before the run: of every binder of which the user set something. One of which nothing was set is
 * judged when its plugin runs, so that a plugin which needs a flag does not stand in the way of runs that don't use it.
 */
export function parseAll(binders: readonly BoundBinder[], resolved: ResolvedValues): readonly ConfigProblem[] {
  return binders.flatMap((bound) => {
    const set = bound.flags.some(({ name }) => (resolved.origins.get(name)?.kind ?? 'default') !== 'default');
    const result = set ? parse(bound, resolved) : ok(undefined);
    return result.ok ? [] : result.error;
  });
}

function parse(
  { package: owner, binder, flags }: BoundBinder,
  { values, origins }: ResolvedValues,
): Result<unknown, readonly ConfigProblem[]> {
  const own: Record<string, FlagValue> = Object.fromEntries(flags.map(({ name }) => [name, values[name]]));
  try {
    const result = binder.parse(own);
    if (result.ok) return result;
    return err(
      result.error.map(({ flag, message }) => {
        const origin = origins.get(flag);
        return configProblem(
          'CONFIG_VALUE_INVALID',
          `${origin === undefined ? `--${flag}` : describeOrigin(flag, origin)}: ${message}`,
          `skoop diagnose --help describes --${flag}`,
        );
      }),
    );
  } catch (thrown) {
    return err([
      configProblem(
        'CONFIG_PLUGIN_INVALID',
        `plugin ${owner} could not read its flags: ${reasonOf(thrown)}`,
        `update or remove ${owner}`,
        thrown,
      ),
    ]);
  }
}
