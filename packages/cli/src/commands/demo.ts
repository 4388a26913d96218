import { PLAIN } from '../flags/small.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Demo extends SkoopCommand {
  static override summary = 'Explain a healthy and a broken connection of a recorded cluster. Needs no cluster.';
  static override flags = toOclif(PLAIN);

  protected override readonly table = PLAIN;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { demo } = await import('../demo/demo.ts');
    return demo(run);
  }
}
