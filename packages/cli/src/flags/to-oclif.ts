import { boolean, string } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import type { Flag } from './flag.ts';

/** The same flags as oclif wants them. Values stay text: what they mean is decided in one place for flag, variable and file alike. */
export function toOclif(flags: readonly Flag[]): FlagInput {
  return Object.fromEntries(flags.map((flag) => [flag.name, flag.type === 'boolean' ? booleanFlag(flag) : valueFlag(flag)]));
}

function booleanFlag(flag: Flag) {
  return boolean({ ...common(flag), ...(flag.default === true && { allowNo: true }) });
}

function valueFlag(flag: Flag) {
  const shared = {
    ...common(flag),
    ...(helpValueOf(flag) !== undefined && { helpValue: helpValueOf(flag) as string }),
    ...(flag.options !== undefined && { options: [...flag.options] }),
  };
  if (flag.type === 'string-list') return string({ ...shared, multiple: true, multipleNonGreedy: true });
  return string({ ...shared, ...(flag.default !== undefined && { default: String(flag.default) }) });
}

function helpValueOf(flag: Flag): string | undefined {
  return flag.placeholder ?? flag.options?.join('|') ?? (flag.type === 'integer' ? 'NUMBER' : undefined);
}

function common(flag: Flag) {
  return {
    summary: flag.description,
    ...(flag.char !== undefined && { char: flag.char as 'a' }),
    ...(flag.aliases !== undefined && { aliases: [...flag.aliases] }),
    ...(flag.heading !== undefined && { helpGroup: flag.heading }),
    ...(flag.hidden === true && { hidden: true }),
  };
}
