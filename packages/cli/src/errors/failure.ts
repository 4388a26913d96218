import { Exit, type ExitStatus } from '../run/exit.ts';

/** What a person is told when a run ends early. */
export interface Failure {
  readonly exit: ExitStatus;
  readonly message: string;
  readonly remedy: string;
  /** Stable, to search for; mistakes on the command line have none. */
  readonly code?: string;
  /** For a bug only. */
  readonly stack?: string;
}

/** Anything that was thrown, as what the user is told. Told apart by fields: plugins and CLI may hold different copies of a class. */
export function toFailure(thrown: unknown): Failure {
  const error = fieldsOf(thrown);
  if (error.name === 'SkoopError') {
    return {
      exit: error.exit === 4 ? Exit.unreachable : Exit.usage,
      message: error.message,
      remedy: typeof error.remedy === 'string' ? error.remedy : '',
      ...(typeof error.code === 'string' && error.code !== 'USAGE' && { code: error.code }),
    };
  }
  if (error.name === 'InterruptedError') return { exit: Exit.interrupted, message: 'interrupted', remedy: '' };
  const oclif = error.oclif;
  if (typeof oclif === 'object' && oclif !== null) return usageFailure(error.message);
  if (isFileError(error.code) && typeof error.syscall === 'string') return { exit: Exit.usage, message: fileMessage(error), remedy: '' };
  return {
    exit: Exit.bug,
    message: `this is a bug in skoop: ${error.message}`,
    remedy: 'Please report it, with the command, the output of `skoop version`, and what `-v` adds to this message.',
    ...(typeof error.stack === 'string' && { stack: error.stack }),
  };
}

function usageFailure(text: string): Failure {
  const plain = text.replaceAll(/\u001b\[\d+m/g, '').replace(/\n?See more help with --help\s*$/, '');
  return { exit: Exit.usage, message: lowerFirst(plain), remedy: '--help lists what there is.' };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

interface Fields {
  readonly name?: unknown;
  readonly message: string;
  readonly code?: unknown;
  readonly exit?: unknown;
  readonly remedy?: unknown;
  readonly oclif?: unknown;
  readonly stack?: unknown;
  readonly syscall?: unknown;
  readonly path?: unknown;
}

function fieldsOf(thrown: unknown): Fields {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string') return thrown as Fields;
  return { message: String(thrown) };
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
};

function isFileError(code: unknown): code is string {
  return typeof code === 'string' && code in FILE_ERRORS;
}

function fileMessage(error: Fields): string {
  const action = error.syscall === 'open' || error.syscall === 'stat' || error.syscall === 'read' ? 'open' : String(error.syscall);
  return `can't ${action} ${typeof error.path === 'string' ? error.path : 'the file'}: ${FILE_ERRORS[String(error.code)] ?? String(error.code)}`;
}
