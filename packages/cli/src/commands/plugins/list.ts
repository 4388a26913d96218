import { PLUGINS } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsList extends SkoopCommand {
  static override summary = 'List the plugins that were found, from where, what is shadowed, and what failed.';
  static override examples = ['<%= config.bin %> plugins list', '<%= config.bin %> plugins list -o json'];
  static override flags = toOclif(PLUGINS);

  protected override readonly table = PLUGINS;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { listPlugins } = await import('../../plugins/list-plugins.ts');
    return listPlugins(run);
  }
}
