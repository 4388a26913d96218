import type { FlagSpec, FlagValue } from '../contracts/config-binder.ts';

/** What is wrong with a flag that a plugin declared: it comes from outside, whatever its type says. */
export function flagFaults(flag: FlagSpec): readonly string[] {
  const faults: string[] = [];
  const name: unknown = flag.name;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    return [`"${String(name)}" is no flag name (lower-case letters, digits, dashes)`];
  if (!(flag.type in FITS)) return [`--${name}: "${String(flag.type)}" is no type of a flag`];
  if (typeof flag.description !== 'string') faults.push(`--${name}: it has no description`);
  if (flag.default !== undefined && !FITS[flag.type](flag.default)) faults.push(`--${name}: its default is no ${flag.type}`);
  return faults;
}

const FITS: Readonly<Record<FlagSpec['type'], (value: FlagValue) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  'string-list': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};
