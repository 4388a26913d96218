import { COMMANDS } from '../flags/commands.ts';
import type { Flag } from '../flags/flag.ts';
import { usageError } from './usage-error.ts';

/** The command that a line begins with, and that isn't there. */
export async function unknownCommand([word = '', second = '']: readonly string[]): Promise<Error> {
  const asked = Object.hasOwn(COMMANDS, word) ? `${word} ${second}` : word;
  const { nearest } = await import('@skoop/core/plugins');
  const guess = nearest(asked, Object.keys(COMMANDS));
  const remedy = /[/:]/.test(word) ? `For a packet: \`skoop diagnose ${word} …\`` : '`skoop --help` lists what there is.';
  return usageError(`there is no command "${asked}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`, remedy);
}

/** Flags, as they were written, of which a command knows nothing. */
export async function unknownFlags(given: readonly string[], table: readonly Flag[]): Promise<Error> {
  const { nearest } = await import('@skoop/core/plugins');
  const known = table.filter((flag) => flag.hidden !== true).map((flag) => flag.name);
  const lines = given.map((flag) => {
    const guess = flag.startsWith('--') ? nearest(flag.slice(2), known) : undefined;
    return `there is no flag ${flag}${guess === undefined ? '' : `; did you mean --${guess}?`}`;
  });
  return usageError(lines.join('\n'), '--help lists what there is.');
}
