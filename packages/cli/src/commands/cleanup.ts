import { CLEANUP } from '../flags/snapshot.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Cleanup extends SkoopCommand {
  static override summary = 'Remove whatever an interrupted run left in the cluster.';
  static override examples = ['<%= config.bin %> cleanup', '<%= config.bin %> cleanup --dry-run'];
  static override flags = toOclif(CLEANUP);

  protected override readonly table = CLEANUP;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { cleanup } = await import('../cleanup/cleanup.ts');
    return cleanup(run);
  }
}
