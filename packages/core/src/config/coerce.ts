import type { FlagSpec, FlagValue } from '../contracts/config-binder.ts';
import { type Result, err, ok } from '../contracts/result.ts';

/** Turns text, or a value of a configuration file, into what the flag is declared as. The error says what would be right. */
export function coerce(flag: FlagSpec, given: unknown): Result<Exclude<FlagValue, undefined>, string> {
  const value = convert(flag.type, given);
  if (value === undefined) return err(`${shown(flag, given)}is ${EXPECTED[flag.type]}`);
  const allowed = flag.options;
  if (allowed !== undefined) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const stray = values.find((item) => !allowed.includes(String(item)));
    if (stray !== undefined) return err(`${shown(flag, stray)}is none of ${allowed.join(', ')}`);
  }
  return ok(value);
}

const EXPECTED: Readonly<Record<FlagSpec['type'], string>> = {
  string: 'no text; put it in quotes',
  boolean: 'neither true nor false',
  integer: 'no whole number',
  'string-list': 'no list of texts (a,b or, in a file, [a, b])',
};

/** Secrets are not repeated, however wrong they are. */
function shown(flag: FlagSpec, given: unknown): string {
  if (flag.secret === true) return 'its value ';
  const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? String(given));
  return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}" `;
}

function convert(type: FlagSpec['type'], given: unknown): Exclude<FlagValue, undefined> | undefined {
  switch (type) {
    case 'string':
      return scalar(given);
    case 'boolean':
      return typeof given === 'boolean' ? given : typeof given === 'string' ? BOOLEANS.get(given.trim().toLowerCase()) : undefined;
    case 'integer': {
      if (typeof given === 'string' && !/^\s*[+-]?\d+\s*$/.test(given)) return undefined;
      const number = typeof given === 'string' ? Number(given) : given;
      return Number.isSafeInteger(number) ? (number as number) : undefined;
    }
    case 'string-list': {
      if (typeof given === 'string') return given.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
      if (!Array.isArray(given)) return undefined;
      const items = given.map(scalar);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
  }
}

/** YAML reads an unquoted `7` or `true` as such; a fraction would lose its spelling (`1.10`). */
function scalar(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  return typeof given === 'boolean' || Number.isSafeInteger(given) ? String(given) : undefined;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);
