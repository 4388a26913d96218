import { string } from '@oclif/core/args';
import { PLUGINS } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsInspect extends SkoopCommand {
  static override summary = 'Show everything about one plugin or package: manifest, flags, whether its code loads.';
  static override examples = ['<%= config.bin %> plugins inspect flannel', '<%= config.bin %> plugins inspect @skoop/cni-flannel -o json'];
  static override args = { name: string({ description: "A plugin's or a package's name.", required: true, ignoreStdin: true }) };
  static override flags = toOclif(PLUGINS);

  protected override readonly table = PLUGINS;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { inspectPlugin } = await import('../../plugins/inspect-plugin.ts');
    return inspectPlugin(run);
  }
}
