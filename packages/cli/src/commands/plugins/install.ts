import { string } from '@oclif/core/args';
import { PLUGINS_INSTALL } from '../../flags/small.ts';
import { toOclif } from '../../flags/to-oclif.ts';
import type { ExitStatus } from '../../run/exit.ts';
import { type Run, SkoopCommand } from '../../skoop-command.ts';

export default class PluginsInstall extends SkoopCommand {
  static override summary = "Install plugins, by npm, into a folder of skoop's own.";
  static override description = `What a package is, and where it comes from, is shown before anything of it is there. Its scripts are not run. A plugin is code that runs with your rights.`;
  static override examples = [
    '<%= config.bin %> plugins install @skoop/provider-aliyun',
    '<%= config.bin %> plugins install ./skoop-provider-acme-1.2.3.tgz',
  ];
  static override args = {
    package: string({
      description: 'A package of npm (with @VERSION), a .tgz, or a folder; several may follow.',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override strict = false;
  static override flags = toOclif(PLUGINS_INSTALL);

  protected override readonly table = PLUGINS_INSTALL;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { installPlugins } = await import('../../plugins/install-plugins.ts');
    return installPlugins(run);
  }
}
