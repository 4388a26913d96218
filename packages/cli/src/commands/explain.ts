import { string } from '@oclif/core/args';
import { EXPLAIN } from '../flags/small.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Explain extends SkoopCommand {
  static override summary = 'Print the page of a suspicion code: what it means, how it was found, how to mend it.';
  static override description = 'Without CODE: the codes that there are. Pages of plugins are found as well.';
  static override examples = ['<%= config.bin %> explain NETFILTER_DROP'];
  static override args = { code: string({ description: 'Suspicion code, AREA_WHAT.', ignoreStdin: true }) };
  static override flags = toOclif(EXPLAIN);

  protected override readonly table = EXPLAIN;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { explain } = await import('../explain/explain.ts');
    return explain(run);
  }
}
