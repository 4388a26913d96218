import { spawn } from 'node:child_process';
import { skoopError } from '@skoop/core';

/**
 * Runs npm, which comes with Node.js. Packages' own scripts are not run: a plugin is files, and what it does it does when it is used.
 *
 * @returns what it printed
 * @throws SkoopError `NPM_MISSING`, or `NPM_FAILED` with what npm said
 */
export async function npm(args: readonly string[], signal: AbortSignal, cwd?: string): Promise<string> {
  const [command = '', ...rest] = args;
  const all = [command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...rest];
  const isWindows = process.platform === 'win32';
  const child = spawn(isWindows ? 'npm.cmd' : 'npm', all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: isWindows,
    signal,
    ...(cwd !== undefined && { cwd }),
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    throw skoopError('NPM_MISSING', 'npm is not there: plugins are installed by it', {
      remedy: 'It comes with Node.js; see `npm --version`.',
    });
  });
  if (status === 0) return texts.stdout;
  throw skoopError('NPM_FAILED', `npm ${command} ended with status ${String(status)}: ${sayingOf(texts.stderr)}`, {
    remedy: 'npm writes a log of each run; `npm config list` shows which registry it asks.',
  });
}

/** The lines that say what is wrong, without npm's own prefix. */
function sayingOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim())
    .filter((line) => line !== '' && !/^(?:code |A complete log|Log files)/.test(line));
  return lines.slice(0, 4).join('; ') || 'it said nothing';
}
