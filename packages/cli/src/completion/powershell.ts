import type { CompletionCommand } from './command-table.ts';
import { powershellQuote } from './quote.ts';

/** A completion script for PowerShell 5 and newer. */
export function powershellCompletion(commands: readonly CompletionCommand[]): string {
  const table = commands.map(({ words, summary, flags }) => {
    const list = flags.map((flag) => `@(${powershellQuote(`--${flag.name}`)}, ${powershellQuote(flag.summary)})`).join(', ');
    return `  ${powershellQuote(words.join(' '))} = @{ Summary = ${powershellQuote(summary)}; Flags = @(${list}) }`;
  });
  return `# PowerShell completion for skoop
$script:SkoopCommands = @{
${table.join('\n')}
}
Register-ArgumentCompleter -Native -CommandName skoop, kubectl-skoop -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() } | Where-Object { $_ -ne $wordToComplete -and $_ -notlike '-*' })
  $two = ($words | Select-Object -First 2) -join ' '
  $command = if ($script:SkoopCommands.ContainsKey($two)) { $two } elseif ($words.Count -gt 0) { $words[0] } else { '' }
  if ($wordToComplete -like '-*') {
    if ($command -eq '') { $command = 'diagnose' }
    if ($script:SkoopCommands.ContainsKey($command)) {
      $script:SkoopCommands[$command].Flags | Where-Object { $_[0] -like "$wordToComplete*" } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterName', $_[1]) }
    }
    return
  }
  $prefix = if ($command -eq '') { '' } else { "$command " }
  $script:SkoopCommands.Keys | Where-Object { $_ -like "$prefix$wordToComplete*" -and $_ -ne $command } | Sort-Object |
    ForEach-Object { $name = $_.Substring($prefix.Length); [System.Management.Automation.CompletionResult]::new($name, $name, 'Command', $script:SkoopCommands[$_].Summary) }
}
`;
}
