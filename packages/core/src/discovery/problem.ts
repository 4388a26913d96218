import { skoopError } from '../contracts/error.ts';
import type { PluginProblem } from './found.ts';

export type PluginErrorCode =
  | 'PLUGIN_NOT_FOUND'
  | 'PLUGIN_CONTRACT_MISMATCH'
  | 'PLUGIN_MANIFEST_INVALID'
  | 'PLUGIN_LOAD_FAILED'
  | 'PLUGIN_NAME_CLASH'
  | 'PLUGIN_SHAPE_INVALID'
  | 'PLUGIN_DETECT_FAILED'
  | 'PLUGIN_FLAG_CLASH';

interface Subject {
  readonly package: string;
  readonly path: string;
  readonly offers?: PluginProblem['offers'];
}

/** A problem of one package: an error that can be thrown as well as listed. Its message names the package and where it lies. */
export function pluginProblem(
  code: PluginErrorCode,
  subject: Subject,
  what: string,
  options: { remedy: string; cause?: unknown },
): Error & PluginProblem {
  const error = skoopError(code, `plugin ${subject.package} (${subject.path}): ${what}`, { ...options, exit: 2 });
  return Object.assign(error, { package: subject.package, path: subject.path, offers: subject.offers ?? [] });
}

/** What a caught value says, in one line. Errors of other realms are no `instanceof Error`: fields decide. */
export function reasonOf(thrown: unknown): string {
  const message: unknown = typeof thrown === 'object' && thrown !== null ? (thrown as { message?: unknown }).message : thrown;
  const text = typeof message === 'string' && message !== '' ? message : 'it threw something that is no error';
  return text.split('\n', 1)[0] ?? text;
}

/** `code` of a system error, `ENOENT`. */
export function codeOf(thrown: unknown): string | undefined {
  const code: unknown = typeof thrown === 'object' && thrown !== null ? (thrown as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
