import { COLLECT } from '../flags/snapshot.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Collect extends SkoopCommand {
  static override summary = "Dump this machine's network state: its own namespace and every pod's.";
  static override description = `Runs the collector's shell script here; needs root. What it can't read the dump says, and the exit status is 0.
The dump is for \`skoop trace\`, or goes into a snapshot as nodes/NAME.dump.`;
  static override examples = ['<%= config.bin %> collect > node1.dump'];
  static override flags = toOclif(COLLECT);

  protected override readonly table = COLLECT;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { collect } = await import('../collect/collect.ts');
    return collect(run);
  }
}
