import type { Config } from '@oclif/core/interfaces';
import { usageError } from '../errors/usage-error.ts';
import { WITH_PLUGINS } from '../flags/commands.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import { toOclif } from '../flags/to-oclif.ts';
import { writeStdout } from '../output/write.ts';
import { loadPlugins } from '../plugins/load-plugins.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { bashCompletion } from './bash.ts';
import { type CompletionCommand, commandTable } from './command-table.ts';
import { fishCompletion } from './fish.ts';
import { kubectlCompletion } from './kubectl.ts';
import { powershellCompletion } from './powershell.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CompletionCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
  kubectl: kubectlCompletion,
};

/** `skoop completion SHELL`. The scripts start no program: what they know is in them. */
export async function completion(run: Run, config: Config): Promise<ExitStatus> {
  const [shell = ''] = run.args;
  const generate = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (generate === undefined)
    throw usageError(`there is no completion for "${shell}"`, `There is one for ${Object.keys(SHELLS).join(', ')}.`);
  // Only installed plugins: a script outlives the folder that it was made in.
  const { flags } = await loadPlugins(false, DIAGNOSE);
  const extra = toOclif(flags);
  const commands = config.commands.map((command) => ({
    id: command.id,
    hidden: command.hidden === true,
    summary: command.summary ?? '',
    flags: WITH_PLUGINS.has(command.id) ? { ...command.flags, ...extra } : command.flags,
  }));
  await writeStdout(generate(commandTable(commands)));
  return Exit.ok;
}
