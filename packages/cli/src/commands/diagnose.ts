import { string } from '@oclif/core/args';
import { DIAGNOSE } from '../flags/diagnose.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Diagnose extends SkoopCommand {
  static override summary = 'Explain what becomes of a packet from one end to another.';
  static override description = `FROM and TO are an address, pod/NAME, pod/NAMESPACE/NAME, NAMESPACE/NAME (a pod), svc/NAME, node/NAME, deploy/NAME
(and other workloads: one of their pods, or all with --all), NAME.NAMESPACE.svc, or external. TO may end with :PORT, a number or a port's name.

Every flag may also be set by SKOOP_FLAG_NAME, or in skoop.config.yaml or .json, in the working directory or in ~/.config/skoop/.

Exit status: 0 delivered; 1 a problem was found; 2 usage; 3 unknown: something is not collected or not modelled; 4 the cluster can't be reached or read;
70 a bug in skoop; 130 interrupted.`;
  static override examples = [
    '<%= config.bin %> diagnose pod/web-1 svc/db:5432',
    '<%= config.bin %> diagnose default/web-1 10.96.0.10:53 --protocol udp',
    '<%= config.bin %> diagnose --snapshot cluster.tar.gz node/node1 pod/web-1:http -o json',
    '<%= config.bin %> -s 10.244.1.2 -d 10.244.2.3 -p 80',
  ];
  static override args = {
    from: string({ description: 'Source.', ignoreStdin: true }),
    to: string({ description: 'Destination, with its port.', ignoreStdin: true }),
  };
  static override flags = toOclif(DIAGNOSE);
  static override usage = ['diagnose FROM TO[:PORT] [FLAGS]', 'diagnose -s FROM -d TO[:PORT] [-p PORT] [FLAGS]'];

  protected override readonly table = DIAGNOSE;
  protected override readonly takesPlugins = true;
  protected override readonly cleansUp = true;

  protected override async execute(run: Run, plugins: LoadedPlugins): Promise<ExitStatus> {
    const { diagnose } = await import('../diagnose/diagnose.ts');
    return diagnose(run, plugins);
  }
}
