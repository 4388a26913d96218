import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { folder } from './folders.ts';

// A start takes half a second, and several on a busy machine.
jest.setTimeout(60_000);

/** Where `install.mjs` put everything. */
const ROOT = process.env['SKOOP_TEST_INSTALLED'] ?? '';
export const TARBALLS = join(ROOT, 'tarballs');
/** A folder with the packages in its node_modules, and a package.json that names them. */
export const APP = join(ROOT, 'app');
export const CLI = join(APP, 'node_modules/@skoop/cli');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Without it an empty folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For standard input; without it there is none. */
  readonly input?: string;
  /** `skoop`, or the program's other name. */
  readonly bin?: string;
  /** The folder whose node_modules holds the program. */
  readonly app?: string;
}

const EMPTY = folder();

/** Runs the installed program as a user would: no configuration, no cluster, no terminal. */
export function skoop(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd = EMPTY, env = {}, input, bin = 'skoop', app = APP } = options;
  const child = spawn(join(app, 'node_modules/.bin', bin), args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: EMPTY, LANG: 'C.UTF-8', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  const texts = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...texts }));
  });
}

/** What every failure that is not a bug keeps: one message on standard error, no data, no stack. */
export function complaint({ stdout, stderr }: Ran): string {
  if (stdout !== '') throw new Error(`there is data beside the error: ${stdout.slice(0, 500)}`);
  if (/\n\s+at .*:\d+|node:internal|bug in skoop/.test(stderr)) throw new Error(`no message for a person: ${stderr}`);
  const errors = stderr.split('\n').filter((line) => line.startsWith('error:')).length;
  if (errors !== 1) throw new Error(`${String(errors)} errors where one is expected: ${stderr}`);
  return stderr;
}
