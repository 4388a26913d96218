import { string } from '@oclif/core/args';
import { toOclif } from '../flags/to-oclif.ts';
import { TRACE } from '../flags/trace.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Trace extends SkoopCommand {
  static override summary =
    'Follow a packet, or many, through the namespaces of collected machines: the packet model alone, no Kubernetes.';
  static override description = `DUMP is a file that \`skoop collect\` or the collector's script wrote (- for standard input). Machines are joined where one's next hop is another's address.
With --batch, every line of standard input is a request, {"in", "dst", …}, and gets one line of answer, in the order asked.`;
  static override examples = [
    '<%= config.bin %> trace h1.dump h2.dump --in h1:default/web-1 -d 10.0.0.3 -p 80',
    '<%= config.bin %> trace h1.dump --in host --iif eth0 -s 192.0.2.1 -d 10.0.0.3 -p 80 -o json',
    '<%= config.bin %> trace h1.dump h2.dump --batch --brief < requests.jsonl > answers.jsonl',
  ];
  static override args = { dump: string({ description: 'Dump of a machine.', multiple: true, ignoreStdin: true }) };
  static override usage = ['trace DUMP... --in NAMESPACE -d IP [-p PORT] [FLAGS]', 'trace DUMP... --batch [--brief]'];
  static override flags = toOclif(TRACE);

  protected override readonly table = TRACE;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { trace } = await import('../trace/trace.ts');
    return trace(run);
  }
}
