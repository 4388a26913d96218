import { string } from '@oclif/core/args';
import { PLAIN } from '../flags/small.ts';
import { toOclif } from '../flags/to-oclif.ts';
import type { ExitStatus } from '../run/exit.ts';
import { type Run, SkoopCommand } from '../skoop-command.ts';

export default class Completion extends SkoopCommand {
  static override summary = 'Print a completion script for a shell.';
  static override description = `bash:        source <(skoop completion bash)
zsh:         source <(skoop completion zsh)
fish:        skoop completion fish > ~/.config/fish/completions/skoop.fish
PowerShell:  skoop completion powershell | Out-String | Invoke-Expression

For \`kubectl skoop\`, kubectl calls a program kubectl_complete-skoop on the PATH; \`skoop completion kubectl\` prints it.`;
  static override examples = ['<%= config.bin %> completion bash'];
  static override args = { shell: string({ description: 'bash, zsh, fish, powershell or kubectl.', required: true, ignoreStdin: true }) };
  static override flags = toOclif(PLAIN);

  protected override readonly table = PLAIN;

  protected override async execute(run: Run): Promise<ExitStatus> {
    const { completion } = await import('../completion/completion.ts');
    return completion(run, this.config);
  }
}
