import { string } from '@oclif/core/args';
import { PLUGINS_INSTALL } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsUpdate extends SkoopCommand {
  static override summary = 'Bring plugins that skoop has installed to the newest version that fits what was asked for.';
  static override examples = ['<%= config.bin %> plugins update', '<%= config.bin %> plugins update aliyun'];
  static override args = {
    name: string({ description: "A package's or a plugin's name; several may follow. Without one: all.", ignoreStdin: true }),
  };
  static override strict = false;
  static override flags = toOclif(PLUGINS_INSTALL);

  protected override readonly table = PLUGINS_INSTALL;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { updatePlugins } = await import('../../plugins/uninstall-plugins.ts');
    return updatePlugins(run);
  }
}
