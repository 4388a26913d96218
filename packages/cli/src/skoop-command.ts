import { Command } from '@oclif/core/command';
import type { FlagValues } from '@skoop/core';
import { resolveFlags } from './config/resolve-flags.ts';
import { isSet } from './config/values.ts';
import type { Flag } from './flags/flag.ts';
import { normaliseArguments } from './flags/normalise.ts';
import { toOclif } from './flags/to-oclif.ts';
import { Exit, type ExitStatus } from './run/exit.ts';
import { InterruptedError, watchInterrupts } from './run/interrupt.ts';
import { type Logger, type Verbosity, createLogger } from './run/logger.ts';

/** What a command works with, after its line, the environment and the configuration file were read. */
export interface Run {
  /** Arguments without flags, in order. */
  readonly args: readonly string[];
  readonly values: FlagValues;
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

  protected abstract execute(run: Run): Promise<ExitStatus>;

  /** Flags of plugins, for commands that build a network. */
  protected pluginFlags(_argv: readonly string[]): Promise<readonly Flag[]> {
    return Promise.resolve([]);
  }

  override async run(): Promise<ExitStatus> {
    const { args, values, verbosity } = await this.read();
    const log = createLogger(verbosity, (text) => process.stderr.write(text));
    if (!this.cleansUp) return this.execute({ args, values, log, signal: new AbortController().signal });
    const interrupt = watchInterrupts(
      () => {
        log.note('interrupted: cleaning up (once more to end at once)');
      },
      () => {
        process.stderr.write('ended before everything was removed: `skoop cleanup` removes the rest\n');
        process.exit(Exit.interrupted);
      },
    );
    try {
      const status = await this.execute({ args, values, log, signal: interrupt.signal });
      return interrupt.signal.aborted ? Exit.interrupted : status;
    } catch (error) {
      throw interrupt.signal.aborted ? new InterruptedError() : error;
    } finally {
      interrupt.dispose();
    }
  }

  private async read(): Promise<{ args: readonly string[]; values: FlagValues; verbosity: Verbosity }> {
    const table = [...this.table, ...(await this.pluginFlags(this.argv))];
    const { argv, explicit } = normaliseArguments(this.argv, table);
    const parsed = await this.parse({ flags: toOclif(table), args: this.ctor.args, strict: this.ctor.strict }, [...argv]);
    const metadata = parsed.metadata.flags;
    const given = Object.fromEntries(Object.entries(parsed.flags).filter(([name]) => metadata[name]?.setFromDefault !== true)) as FlagValues;
    const args = parsed.raw.filter((token) => token.type === 'arg').map((token) => token.input);
    const values = await resolveFlags(table, { ...given, ...explicit });
    const repeated = parsed.raw.filter((token) => token.type === 'flag' && token.flag === 'verbose').length;
    return { args, values, verbosity: verbosityOf(values, repeated) };
  }
}

function verbosityOf(values: FlagValues, repeated: number): Verbosity {
  if (isSet(values, 'verbose')) return repeated > 1 ? 'debug' : 'verbose';
  return isSet(values, 'quiet') ? 'quiet' : 'normal';
}
