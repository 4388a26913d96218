import type { Command } from '@oclif/core/command';
import { CommandHelp, Help } from '@oclif/core/help';
import type { Config, HelpOptions } from '@oclif/core/interfaces';
import { WITH_PLUGINS } from '../flags/commands.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import { toOclif } from '../flags/to-oclif.ts';

/** oclif's help, with the flags of plugins under their headings, and named as the program was called. */
export default class SkoopHelp extends Help {
  protected override CommandHelpClass = SkoopCommandHelp;

  constructor(config: Config, options: Partial<HelpOptions> = {}) {
    super(config, { ...options, flagSortOrder: 'none' });
    const name = process.env['SKOOP_INVOKED_AS'];
    // Only for help: elsewhere `bin` also makes the names of environment variables.
    if (name !== undefined) Object.assign(this.config, { bin: name });
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    if (!WITH_PLUGINS.has(command.id)) return super.showCommandHelp(command);
    const { loadPlugins, localPluginsWanted } = await import('../plugins/load-plugins.ts');
    const { flags, problems } = await loadPlugins(localPluginsWanted(process.argv), DIAGNOSE);
    for (const { message } of problems) process.stderr.write(`warning: ${message}\n`);
    return super.showCommandHelp({ ...command, flags: { ...command.flags, ...toOclif(flags) } });
  }
}

/** One heading for each group, the common flags last. */
class SkoopCommandHelp extends CommandHelp {
  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const { mainFlags, flagGroups } = super.groupFlags(flags);
    const { Common = [], ...others } = flagGroups;
    return { mainFlags, flagGroups: { ...others, ...(Common.length > 0 && { Common }) } };
  }
}
