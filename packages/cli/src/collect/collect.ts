import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { listOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { COLLECTOR_SCRIPT } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';

/** `skoop collect`: the collector's script, run on this machine. */
export async function collect(run: Run): Promise<ExitStatus> {
  if (process.platform !== 'linux')
    throw usageError(`this machine runs ${process.platform}; the collector reads a Linux kernel`, 'Run it on the node.');
  if (process.getuid?.() !== 0)
    throw usageError('collecting needs root: the network namespaces of pods are closed to others', 'Run it with sudo.');
  await access(COLLECTOR_SCRIPT);
  const output = textOf(run.values, 'output');
  const child = spawn('sh', [COLLECTOR_SCRIPT, ...collectorArguments(run)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      resolve(status ?? 1);
    });
  });
  // Standard output must stay open for what follows.
  if (output === undefined || output === '-') await pipeline(child.stdout, process.stdout, { end: false });
  else await pipeline(child.stdout, createWriteStream(output));
  const status = await ended;
  if (status !== 0) throw usageError(`the collector ended with status ${String(status)}`, 'What it said is above.');
  return Exit.ok;
}

function collectorArguments(run: Run): string[] {
  const node = textOf(run.values, 'node');
  const netns = textOf(run.values, 'host-netns');
  return [
    ...(node === undefined ? [] : ['--node', node]),
    ...(netns === undefined ? [] : ['--host-netns', netns]),
    ...listOf(run.values, 'pod').flatMap((pod) => ['--pod', pod]),
  ];
}
