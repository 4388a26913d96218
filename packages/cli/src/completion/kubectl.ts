import type { CompletionCommand } from './command-table.ts';
import { shQuote } from './quote.ts';

/**
 * The program that kubectl asks for completions of `kubectl skoop`: it gets the words so far, prints one candidate a line, and
 * ends with a directive (`:4`: no file names).
 */
export function kubectlCompletion(commands: readonly CompletionCommand[]): string {
  const top = [...new Set(commands.map((command) => command.words[0] ?? ''))];
  return `#!/bin/sh
# Save as kubectl_complete-skoop in a folder of the PATH, executable.
cmd=
for word in "$@"; do last=$word; case $word in -*) ;; *) [ -n "$cmd" ] || cmd=$word ;; esac; done
[ $# -gt 1 ] || cmd=
case $last in -*) ;; *) [ -n "$cmd" ] || printf '%s\\n' ${top.map(shQuote).join(' ')} ;; esac
case "$last:\${cmd:-diagnose}" in
${commands
  .filter((command) => command.words.length === 1)
  .map(
    (command) =>
      `  -*:${command.words[0] ?? ''}) printf '%s\\n' ${command.flags.map((flag) => shQuote(`--${flag.name}\t${flag.summary}`)).join(' ')} ;;`,
  )
  .join('\n')}
esac
printf ':4\\n'
`;
}
