/** A mistake on the command line, in the shape of core's errors, made here so that usage errors need not load core. */
export function usageError(message: string, remedy = ''): Error {
  return Object.assign(new Error(message), { name: 'SkoopError', code: 'USAGE', remedy, exit: 2 });
}
