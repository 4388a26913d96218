import { string } from '@oclif/core/args';
import { PLAIN } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsUninstall extends SkoopCommand {
  static override summary = 'Remove plugins that skoop has installed or linked.';
  static override examples = ['<%= config.bin %> plugins uninstall acme', '<%= config.bin %> plugins uninstall @skoop/provider-aliyun'];
  static override args = {
    name: string({ description: "A package's or a plugin's name; several may follow.", required: true, ignoreStdin: true }),
  };
  static override strict = false;
  static override flags = toOclif(PLAIN);

  protected override readonly table = PLAIN;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { uninstallPlugins } = await import('../../plugins/uninstall-plugins.ts');
    return uninstallPlugins(run);
  }
}
