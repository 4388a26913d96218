import type { CompletionCommand, CompletionFlag } from './command-table.ts';
import { shQuote } from './quote.ts';

/** A completion script for zsh, to be sourced or to lie in $fpath as _skoop. */
export function zshCompletion(commands: readonly CompletionCommand[]): string {
  const top = commands.filter((command) => command.words.length === 1);
  return `#compdef skoop kubectl-skoop
_skoop() {
  local context state state_descr line
  typeset -A opt_args
  if (( CURRENT > 2 )) || [[ $words[2] == -* ]]; then
    local cmd=$words[2]
    [[ $cmd == -* ]] && cmd=diagnose
    case "$cmd $words[3]" in
${commands
  .filter((command) => command.words.length > 1)
  .map((command) => `      ${shQuote(command.words.join(' '))}) cmd=${shQuote(command.words.join(' '))} ;;`)
  .join('\n')}
    esac
    case $cmd in
${commands.map(commandCase).join('\n')}
    esac
    return
  fi
  local -a commands
  commands=(
${top.map((command) => `    ${shQuote(`${command.words[0] ?? ''}:${command.summary}`)}`).join('\n')}
  )
  _describe command commands
}
if [[ $funcstack[1] == _skoop ]]; then _skoop "$@"; else compdef _skoop skoop kubectl-skoop; fi
`;
}

function commandCase(command: CompletionCommand): string {
  const name = command.words.join(' ');
  const rest =
    name === 'completion'
      ? "'*:shell:(bash zsh fish powershell kubectl)'"
      : name === 'plugins'
        ? "'*:command:(list inspect)'"
        : "'*:argument:_files'";
  return `      ${shQuote(name)})\n        _arguments \\\n${command.flags
    .flatMap(flagSpecs)
    .map((spec) => `          ${shQuote(spec)} \\\n`)
    .join('')}          ${rest} ;;`;
}

function flagSpecs(flag: CompletionFlag): string[] {
  const summary = flag.summary.replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', ' ');
  const value = !flag.takesValue ? '' : `:value:${flag.values.length > 0 ? `(${flag.values.join(' ')})` : flag.file ? '_files' : ''}`;
  const long = `--${flag.name}${flag.takesValue ? '=' : ''}[${summary}]${value}`;
  return flag.char === undefined ? [long] : [long, `-${flag.char}${flag.takesValue ? '+' : ''}[${summary}]${value}`];
}
