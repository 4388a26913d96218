/** The status of oclif's own way to leave (`this.exit()`, help); `undefined` for everything else. */
export function isExit(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, oclif } = error as { code?: unknown; oclif?: { exit?: unknown } };
  if (code !== 'EEXIT') return undefined;
  return typeof oclif?.exit === 'number' ? oclif.exit : 0;
}
