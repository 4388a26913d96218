import { SNAPSHOT } from '../flags/snapshot.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Snapshot extends SkoopCommand {
  static override summary = 'Record a cluster in a file that can be diagnosed later, elsewhere, by somebody else.';
  static override description = `Holds the objects that the network is made of and what the nodes' kernels say; no Secret, no environment, no arguments.
Exit status: 0 complete; 3 written, but something is missing (the file says what); 4 the cluster can't be reached or read.`;
  static override examples = [
    '<%= config.bin %> snapshot --output cluster.tar.gz',
    '<%= config.bin %> snapshot --nodes node1,node2 --output - > two-nodes.tar.gz',
  ];
  static override flags = toOclif(SNAPSHOT);

  protected override readonly table = SNAPSHOT;
  protected override readonly takesPlugins = true;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run, plugins: LoadedPlugins): Promise<ExitStatus> {
    const { snapshot } = await import('../snapshot/snapshot.ts');
    return snapshot(run, plugins);
  }
}
