import { string } from '@oclif/core/args';
import { PLUGINS_INSTALL } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsLink extends SkoopCommand {
  static override summary = 'Use a plugin that is being worked on, from its folder.';
  static override examples = ['<%= config.bin %> plugins link ../skoop-provider-acme'];
  static override args = { folder: string({ description: "Folder of the plugin's package.json.", required: true, ignoreStdin: true }) };
  static override flags = toOclif(PLUGINS_INSTALL);

  protected override readonly table = PLUGINS_INSTALL;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { linkPlugin } = await import('../../plugins/install-plugins.ts');
    return linkPlugin(run);
  }
}
