/**
 * A failure that the user can do something about. Told apart by `code`, never by class: plugin and CLI may hold different copies of core.
 */
export interface SkoopError {
  readonly name: 'SkoopError';
  /** `PLUGIN_CONTRACT_MISMATCH`, `CLUSTER_UNREACHABLE`, `OBJECT_UNKNOWN`, … */
  readonly code: string;
  /** What failed, on which object. */
  readonly message: string;
  /** What to do next. */
  readonly remedy: string;
  /** The exit status that it leads to. */
  readonly exit: 2 | 4;
}

/** Makes an error that can be thrown: an `Error` with the fields of {@link SkoopError}. */
export function skoopError(
  code: string,
  message: string,
  options: { remedy?: string; exit?: 2 | 4; cause?: unknown } = {},
): Error & SkoopError {
  const { remedy = '', exit = 2, cause } = options;
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), {
    name: 'SkoopError' as const,
    code,
    remedy,
    exit,
  });
}

export function isSkoopError(value: unknown): value is SkoopError {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { name?: unknown }).name === 'SkoopError' &&
    typeof (value as { code?: unknown }).code === 'string'
  );
}
