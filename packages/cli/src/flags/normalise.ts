import type { Flag } from './flag.ts';
import { lastWins } from './last-wins.ts';

/** What stands on a command line, in the forms that oclif reads. */
export interface NormalisedArguments {
  readonly argv: readonly string[];
  /** `--flag=false` and its like, taken off the line. */
  readonly explicit: Readonly<Record<string, boolean>>;
}

/**
 * Reads the forms that Go programs take and oclif doesn't: `-v=4`, a boolean with a value (`--flag=true`), and a flag
 * that is given again.
 * Nothing after `--` is touched.
 */
export function normaliseArguments(argv: readonly string[], flags: readonly Flag[]): NormalisedArguments {
  const booleans = new Set(flags.filter((flag) => flag.type === 'boolean').map((flag) => flag.name));
  const explicit: Record<string, boolean> = {};
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const front = argv.slice(0, end).flatMap((argument) => {
    const level = /^(?:-v|--verbose)=(\d)$/.exec(argument)?.[1];
    if (level !== undefined) return new Array<string>(Number(level)).fill('-v');
    const [, name, value] = /^--([^=]+)=(true|t|1|false|f|0)$/i.exec(argument) ?? [];
    if (name === undefined || value === undefined || !booleans.has(name)) return [argument];
    explicit[name] = /^(true|t|1)$/i.test(value);
    return [];
  });
  return { argv: [...lastWins(front, flags), ...argv.slice(end)], explicit };
}
