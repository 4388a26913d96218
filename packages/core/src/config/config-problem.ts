import { type SkoopError, skoopError } from '../contracts/error.ts';

export type ConfigErrorCode = 'CONFIG_FILE_INVALID' | 'CONFIG_KEY_UNKNOWN' | 'CONFIG_VALUE_INVALID' | 'CONFIG_PLUGIN_INVALID';

/** Something that the user set and that can't be used; exit status 2. */
export interface ConfigProblem extends SkoopError {
  readonly code: ConfigErrorCode;
}

export function configProblem(code: ConfigErrorCode, message: string, remedy: string, cause?: unknown): Error & ConfigProblem {
  return Object.assign(skoopError(code, message, { remedy, exit: 2, cause }), { code });
}
