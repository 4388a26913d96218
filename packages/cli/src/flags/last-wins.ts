import type { Flag } from './flag.ts';

/**
 * A flag with one value that is given several times: the last one counts, as for kubectl. (oclif takes it for a mistake.) The line without
 * the others; `argv` is what stands before a `--`.
 */
export function lastWins(argv: readonly string[], flags: readonly Flag[]): readonly string[] {
  const named = new Map(
    flags.flatMap((flag) =>
      [`--${flag.name}`, ...(flag.aliases ?? []).map((alias) => `--${alias}`), ...(flag.char === undefined ? [] : [`-${flag.char}`])].map(
        (spelling) => [spelling, flag] as const,
      ),
    ),
  );
  const seen = new Map<Flag, readonly number[]>();
  const dropped = new Set<number>();
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    const spelling = argument.startsWith('--') ? (argument.split('=')[0] ?? '') : argument.slice(0, 2);
    const flag = named.get(spelling);
    if (flag === undefined || flag.type === 'boolean') continue;
    // Its value is the next argument, unless it stands behind the flag.
    const taken = argument === spelling ? [i, i + 1] : [i];
    if (flag.type !== 'string-list') {
      for (const at of seen.get(flag) ?? []) dropped.add(at);
      seen.set(flag, taken);
    }
    i += taken.length - 1;
  }
  return argv.filter((_argument, i) => !dropped.has(i));
}
