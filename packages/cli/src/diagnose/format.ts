import type { Diagnosis } from '@skoop/core';
import { usageError } from '../errors/usage-error.ts';
import { FORMATS, FORMATS_TO_COME } from '../flags/diagnose.ts';
import { wantsColor } from '../run/color.ts';

export type Format = (typeof FORMATS)[number];

/** `-o`, or an error that says why not. */
export function formatOf(text: string): Format {
  const known = FORMATS.find((format) => format === text);
  if (known !== undefined) return known;
  const all = `There are ${FORMATS.join(', ')}.`;
  if (FORMATS_TO_COME.some((format) => format === text)) throw usageError(`-o ${text}: this format is not there yet`, all);
  throw usageError(`-o ${text}: there is no such format`, all);
}

export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly noColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The answers in the format asked for: one as itself, several as a list. */
export async function render(diagnoses: readonly Diagnosis[], format: Format, isList: boolean, terminal: Terminal): Promise<string> {
  const { toKubeskoop, writeJson, writeText } = await import('@skoop/core');
  const [first] = diagnoses;
  switch (format) {
    case 'text':
    case 'wide': {
      const paint = wantsColor(terminal, terminal.noColor, terminal.env) ? PAINT : undefined;
      const width = terminal.isTTY ? terminal.columns : undefined;
      const options = {
        wide: format === 'wide',
        unicode: isUnicode(terminal.env),
        ...(paint !== undefined && { paint }),
        ...(width !== undefined && { width: Math.max(60, width) }),
      };
      return diagnoses.map((diagnosis) => writeText(diagnosis, options)).join('\n');
    }
    case 'json':
      if (first !== undefined && !isList) return writeJson(first);
      return `${JSON.stringify(listOf(diagnoses), null, 2)}\n`;
    case 'yaml': {
      const { stringify } = await import('yaml');
      return stringify(first !== undefined && !isList ? first : listOf(diagnoses), { aliasDuplicateObjects: false });
    }
    case 'kubeskoop': {
      const shapes = diagnoses.map(toKubeskoop);
      return `${JSON.stringify(isList ? shapes : shapes[0], null, 2)}\n`;
    }
    default:
      return format satisfies never;
  }
}

function listOf(diagnoses: readonly Diagnosis[]): unknown {
  return { apiVersion: 'skoop.io/v1alpha1', kind: 'DiagnosisList', items: diagnoses };
}

function isUnicode(env: Terminal['env']): boolean {
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '';
  return env['TERM'] !== 'dumb' && env['TERM'] !== 'linux' && !/^(C|POSIX)$/.test(locale);
}

const sgr = (open: number, close: number) => (text: string) => `\u001b[${String(open)}m${text}\u001b[${String(close)}m`;
const PAINT = { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39), cyan: sgr(36, 39) };
