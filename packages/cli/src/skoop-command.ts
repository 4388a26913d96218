import { Command } from '@oclif/core/command';
import type { FlagValues } from '@skoop/core';
import type { ResolvedValues } from '@skoop/core/plugins';
import { isSet } from './config/values.ts';
import { unknownFlags } from './errors/unknown.ts';
import { resolve } from './config/resolve.ts';
import type { Flag } from './flags/flag.ts';
import { normaliseArguments } from './flags/normalise.ts';
import { toOclif } from './flags/to-oclif.ts';
import type { LoadedPlugins } from './plugins/load-plugins.ts';
import { Exit, type ExitStatus } from './run/exit.ts';
import { InterruptedError, watchInterrupts } from './run/interrupt.ts';
import { type Logger, type Verbosity, createLogger } from './run/logger.ts';

/** What a command works with, after its line, the environment and the configuration file were read. */
export interface Run {
  /** Arguments without flags, in order. */
  readonly args: readonly string[];
  readonly values: FlagValues;
  /** The same, with where each value comes from. */
  readonly resolved: ResolvedValues;
  readonly log: Logger;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The frame of every command: reads flags, speaks on standard error, cleans up when interrupted, ends with a status. */
export abstract class SkoopCommand extends Command {
  /** The command's own flags. */
  protected abstract readonly table: readonly Flag[];
  /** A command that makes nothing outside of itself ends at once when interrupted. */
  protected readonly cleansUp: boolean = false;

  /** A command that builds a network takes the flags of plugins together with its own. */
  protected readonly takesPlugins: boolean = false;

  protected abstract execute(run: Run, plugins: LoadedPlugins | undefined): Promise<ExitStatus>;

  override async run(): Promise<ExitStatus> {
    const plugins = this.takesPlugins ? await this.plugins() : undefined;
    const { run, warnings } = await this.read(plugins);
    for (const warning of warnings) run.log.warn(warning);
    if (!this.cleansUp) return this.execute(run, plugins);
    const interrupt = watchInterrupts(
      () => {
        run.log.note('interrupted: cleaning up (once more to end at once)');
      },
      () => {
        process.stderr.write('ended before everything was removed: `skoop cleanup` removes the rest\n');
        process.exit(Exit.interrupted);
      },
    );
    try {
      const status = await this.execute({ ...run, signal: interrupt.signal }, plugins);
      return interrupt.signal.aborted ? Exit.interrupted : status;
    } catch (error) {
      throw interrupt.signal.aborted ? new InterruptedError() : error;
    } finally {
      interrupt.dispose();
    }
  }

  private async plugins(): Promise<LoadedPlugins> {
    const { loadPlugins, localPluginsWanted } = await import('./plugins/load-plugins.ts');
    return loadPlugins(localPluginsWanted(this.argv), this.table);
  }

  private async read(plugins: LoadedPlugins | undefined): Promise<{ run: Run; warnings: readonly string[] }> {
    const table = [...this.table, ...(plugins?.flags ?? [])];
    const { argv, explicit } = normaliseArguments(this.argv, table);
    const parsed = await this.parse({ flags: toOclif(table), args: this.ctor.args, strict: this.ctor.strict }, [...argv]).catch(
      async (error: unknown) => {
        throw isNamingFlags(error) ? await unknownFlags(error.flags, table) : error;
      },
    );
    const metadata = parsed.metadata.flags;
    const given = Object.fromEntries(Object.entries(parsed.flags).filter(([name]) => metadata[name]?.setFromDefault !== true));
    const { resolved, secrets, file } = await resolve(table, { ...given, ...explicit });
    const repeated = parsed.raw.filter((token) => token.type === 'flag' && token.flag === 'verbose').length;
    const log = createLogger(verbosityOf(resolved.values, repeated), (text) => process.stderr.write(text));
    for (const secret of secrets) log.hide(secret);
    const args = parsed.raw.filter((token) => token.type === 'arg').map((token) => token.input);
    const run = { args, values: resolved.values, resolved, log, signal: new AbortController().signal };
    if (plugins === undefined) return { run, warnings: [] };
    const { pluginWarnings } = await import('./plugins/warnings.ts');
    return { run, warnings: await pluginWarnings(plugins, file, table) };
  }
}

function isNamingFlags(error: unknown): error is { readonly flags: readonly string[] } {
  return typeof error === 'object' && error !== null && 'flags' in error && Array.isArray(error.flags);
}

function verbosityOf(values: FlagValues, repeated: number): Verbosity {
  if (isSet(values, 'verbose')) return repeated > 1 ? 'debug' : 'verbose';
  return isSet(values, 'quiet') ? 'quiet' : 'normal';
}
