import type { Diagnosis } from '@skoop/core';
import { usageError } from '../errors/usage-error.ts';
import { FORMATS, FORMATS_TO_COME } from '../flags/diagnose.ts';
import { type Terminal, textOptions } from '../output/terminal.ts';

export type Format = (typeof FORMATS)[number];

/** `-o`, or an error that says why not. */
export function formatOf(text: string): Format {
  const known = FORMATS.find((format) => format === text);
  if (known !== undefined) return known;
  const all = `There are ${FORMATS.join(', ')}.`;
  if (FORMATS_TO_COME.some((format) => format === text)) throw usageError(`-o ${text}: this format is not there yet`, all);
  throw usageError(`-o ${text}: there is no such format`, all);
}

/** The answers in the format asked for: one as itself, several as a list. */
export async function render(diagnoses: readonly Diagnosis[], format: Format, isList: boolean, terminal: Terminal): Promise<string> {
  const { toKubeskoop, writeJson, writeText } = await import('@skoop/core');
  const [first] = diagnoses;
  switch (format) {
    case 'text':
    case 'wide': {
      const options = textOptions(format === 'wide', terminal);
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
