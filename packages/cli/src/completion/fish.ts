import type { CompletionCommand, CompletionFlag } from './command-table.ts';
import { fishQuote } from './quote.ts';

/** A completion script for fish. */
export function fishCompletion(commands: readonly CompletionCommand[]): string {
  const top = commands.filter((command) => command.words.length === 1);
  const lines = [
    '# fish completion for skoop',
    'complete -c skoop -f',
    ...top.map(
      (command) => `complete -c skoop -n __fish_use_subcommand -a ${fishQuote(command.words[0] ?? '')} -d ${fishQuote(command.summary)}`,
    ),
    ...commands
      .filter((command) => command.words.length > 1)
      .map(
        ({ words, summary }) =>
          `complete -c skoop -n ${fishQuote(`__fish_seen_subcommand_from ${words[0] ?? ''}`)} -a ${fishQuote(words[1] ?? '')} -d ${fishQuote(summary)}`,
      ),
    ...top.flatMap((command) => command.flags.map((flag) => flagLine(`__fish_seen_subcommand_from ${command.words[0] ?? ''}`, flag))),
    `complete -c skoop -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish powershell kubectl'`,
    `complete -c skoop -n '__fish_seen_subcommand_from trace' -F`,
    'complete -c kubectl-skoop -w skoop',
  ];
  return `${lines.join('\n')}\n`;
}

function flagLine(condition: string, flag: CompletionFlag): string {
  const short = flag.char === undefined ? '' : ` -s ${flag.char}`;
  const value = !flag.takesValue
    ? ''
    : flag.values.length > 0
      ? ` -x -a ${fishQuote(flag.values.join(' '))}`
      : flag.file
        ? ' -r -F'
        : ' -x';
  return `complete -c skoop -n ${fishQuote(condition)} -l ${flag.name}${short}${value} -d ${fishQuote(flag.summary)}`;
}
