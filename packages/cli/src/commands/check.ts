import { CHECK } from '../flags/check.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Check extends SkoopCommand {
  static override summary = 'Look at every node and pod for what is broken now, without a packet.';
  static override description = `Holds the kernels of the nodes against what Kubernetes and the CNI promise of them: addresses, devices, routes, rules, settings.
Every node is read, by a short-lived pod each; --snapshot needs no cluster.

Exit status: 0 all was looked at, and nothing found; 1 something at or above --fail-on was found; 2 usage; 3 nothing found, but not all could be looked at;
4 the cluster can't be reached or read; 70 a bug in skoop; 130 interrupted.`;
  static override examples = [
    '<%= config.bin %> check',
    '<%= config.bin %> check --nodes node1,node2 -o wide',
    '<%= config.bin %> check --snapshot cluster.tar.gz -o json',
  ];
  static override flags = toOclif(CHECK);

  protected override readonly table = CHECK;
  protected override readonly takesPlugins = true;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run, plugins: LoadedPlugins): Promise<ExitStatus> {
    const { check } = await import('../check/check.ts');
    return check(run, plugins);
  }
}
