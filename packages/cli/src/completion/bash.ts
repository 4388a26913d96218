import type { CompletionCommand, CompletionFlag } from './command-table.ts';
import { shQuote } from './quote.ts';

/** A completion script for bash 4 and newer, with no need of bash-completion. */
export function bashCompletion(commands: readonly CompletionCommand[]): string {
  const words = [...new Set(commands.map((command) => command.words[0] ?? ''))];
  const topics = words.filter((word) => commands.some((command) => command.words[0] === word && command.words.length > 1));
  return `# bash completion for skoop
_skoop() {
  local cur prev cmd word i
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  cmd=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in -*) [ -n "$cmd" ] || cmd=diagnose ;; *) if [ -z "$cmd" ]; then cmd=$word; elif [ "$i" -eq 2 ]; then case "$cmd $word" in
${commands
  .filter((command) => command.words.length > 1)
  .map((command) => `      ${shQuote(command.words.join(' '))}) cmd="$cmd $word" ;;`)
  .join('\n')}
    esac; fi ;; esac
  done
  if [ -z "$cmd" ] && [[ $cur != -* ]]; then
    COMPREPLY=($(compgen -W ${shQuote(words.join(' '))} -- "$cur"))
    return
  fi
  case "\${cmd:-diagnose} $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "\${cmd:-diagnose}" in
${commands.map((command) => `      ${shQuote(command.words.join(' '))}) COMPREPLY=($(compgen -W ${shQuote(flagWords(command.flags).join(' '))} -- "$cur")) ;;`).join('\n')}
    esac
    return
  fi
  case "$cmd" in
${topics.map((topic) => `    ${shQuote(topic)}) COMPREPLY=($(compgen -W ${shQuote(subcommands(commands, topic).join(' '))} -- "$cur")) ;;`).join('\n')}
    completion) COMPREPLY=($(compgen -W 'bash zsh fish powershell kubectl' -- "$cur")) ;;
    trace) COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
complete -F _skoop skoop kubectl-skoop
`;
}

function valueCases(command: CompletionCommand): string[] {
  const name = command.words.join(' ');
  return command.flags
    .filter((flag) => flag.takesValue)
    .map((flag) => {
      const patterns = flagWords([flag])
        .map((word) => shQuote(`${name} ${word}`))
        .join('|');
      const action = flag.values.length > 0 ? `-W ${shQuote(flag.values.join(' '))}` : flag.file ? '-f' : undefined;
      return action === undefined ? `    ${patterns}) return ;;` : `    ${patterns}) COMPREPLY=($(compgen ${action} -- "$cur")); return ;;`;
    });
}

function subcommands(commands: readonly CompletionCommand[], topic: string): string[] {
  return commands.flatMap((command) => (command.words[0] === topic && command.words[1] !== undefined ? [command.words[1]] : []));
}

function flagWords(flags: readonly CompletionFlag[]): string[] {
  return flags.flatMap((flag) => [`--${flag.name}`, ...(flag.char === undefined ? [] : [`-${flag.char}`])]);
}
