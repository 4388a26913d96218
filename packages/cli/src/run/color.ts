/** Whether a stream gets colours: a flag beats the variables, the variables beat the terminal. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  noColor: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (noColor) return false;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
