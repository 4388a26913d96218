import type { TextOptions } from '@skoop/core';
import { isSet } from '../config/values.ts';
import { wantsColor } from '../run/color.ts';
import type { Run } from '../skoop-command.ts';

/** What a report for a person is set on. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly noColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Standard output, or the file that `--output` names. */
export function terminalOf({ values }: Pick<Run, 'values'>, file: string | undefined): Terminal {
  return {
    isTTY: file === undefined && process.stdout.isTTY,
    columns: process.stdout.columns,
    noColor: isSet(values, 'no-color'),
    env: process.env,
  };
}

export function textOptions(wide: boolean, terminal: Terminal): TextOptions {
  const width = terminal.isTTY ? terminal.columns : undefined;
  return {
    wide,
    unicode: isUnicode(terminal.env),
    ...(wantsColor(terminal, terminal.noColor, terminal.env) && { paint: PAINT }),
    ...(width !== undefined && { width: Math.max(60, width) }),
  };
}

function isUnicode(env: Terminal['env']): boolean {
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '';
  return env['TERM'] !== 'dumb' && env['TERM'] !== 'linux' && !/^(C|POSIX)$/.test(locale);
}

const sgr = (open: number, close: number) => (text: string) => `\u001b[${String(open)}m${text}\u001b[${String(close)}m`;
const PAINT = { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39), cyan: sgr(36, 39) };
