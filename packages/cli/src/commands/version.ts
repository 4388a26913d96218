import { VERSION } from '../flags/small.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Version extends SkoopCommand {
  static override summary = 'Print the version of skoop, of its contracts, and of Node.js.';
  static override flags = toOclif(VERSION);

  protected override readonly table = VERSION;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { version } = await import('../version/version.ts');
    return version(run);
  }
}
