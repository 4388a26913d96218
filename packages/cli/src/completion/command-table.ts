/** What a shell needs to know of a command. */
export interface CompletionCommand {
  /** Words after the program's name: `['plugins', 'list']`. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly flags: readonly CompletionFlag[];
}

export interface CompletionFlag {
  readonly name: string;
  readonly char: string | undefined;
  readonly takesValue: boolean;
  readonly values: readonly string[];
  /** The value is a file's name. */
  readonly file: boolean;
  readonly summary: string;
}

interface CommandLike {
  readonly id: string;
  readonly hidden?: boolean;
  readonly summary?: string;
  readonly flags: Readonly<Record<string, FlagLike>>;
}

interface FlagLike {
  readonly type: string;
  readonly char?: string | undefined;
  readonly hidden?: boolean;
  readonly summary?: string;
  readonly options?: readonly string[];
  readonly helpValue?: string | readonly string[] | undefined;
}

/** The command table of the program, as read from its manifest, with the flags of plugins added to the commands that take them. */
export function commandTable(commands: readonly CommandLike[]): readonly CompletionCommand[] {
  return commands
    .filter((command) => command.hidden !== true)
    .map((command) => ({
      words: command.id.split(/[: ]/),
      summary: command.summary ?? '',
      flags: Object.entries(command.flags)
        .filter(([, flag]) => flag.hidden !== true)
        .map(([name, flag]) => completionFlag(name, flag)),
    }))
    .sort((a, b) => a.words.join(' ').localeCompare(b.words.join(' ')));
}

function completionFlag(name: string, flag: FlagLike): CompletionFlag {
  const helpValue = typeof flag.helpValue === 'string' ? flag.helpValue : '';
  // `text|json|yaml` names the values; `FILE|DIR` what kind of thing stands there.
  const listed = /^[a-z0-9]+(\|[a-z0-9]+)+$/.test(helpValue) ? helpValue.split('|') : [];
  return {
    name,
    char: flag.char,
    takesValue: flag.type === 'option',
    values: flag.options ?? listed,
    file: /^(FILE|DIR|PATH)/.test(helpValue),
    summary: flag.summary ?? '',
  };
}
