import { string } from '@oclif/core/args';
import { PLUGINS_CREATE } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsCreate extends SkoopCommand {
  static override summary = 'Make a new plugin: a package that builds, passes its tests, and can be published.';
  static override examples = [
    '<%= config.bin %> plugins create provider acme',
    '<%= config.bin %> plugins create cni acmenet --output work/acmenet',
  ];
  static override args = {
    kind: string({ description: 'provider or cni.', required: true, ignoreStdin: true }),
    name: string({ description: 'Name of the plugin: acme.', required: true, ignoreStdin: true }),
  };
  static override flags = toOclif(PLUGINS_CREATE);

  protected override readonly table = PLUGINS_CREATE;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { createPlugin } = await import('../../plugins/create-plugin.ts');
    return createPlugin(run);
  }
}
