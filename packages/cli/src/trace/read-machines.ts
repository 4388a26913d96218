import { readFile } from 'node:fs/promises';
import { decodeNodeDump, hostFromDump } from '@skoop/core';
import { usageError } from '../errors/usage-error.ts';
import type { Logger } from '../run/logger.ts';
import type { Machine } from './places.ts';

/** The machines of these dumps. A dump that was cut is used as far as it goes, and said so. */
export async function readMachines(files: readonly string[], log: Logger): Promise<readonly Machine[]> {
  const machines = new Map<string, { readonly file: string; readonly machine: Machine }>();
  for (const file of files) {
    const decoded = decodeNodeDump(file === '-' ? await readStdin() : await readFile(file));
    if (!decoded.ok) throw usageError(`${file}: ${decoded.error.message}`, decoded.error.remedy);
    const dump = decoded.value;
    for (const problem of dump.problems) log[dump.truncated ? 'warn' : 'debug'](`${file}: ${problem}`);
    const other = machines.get(dump.node);
    if (other !== undefined)
      throw usageError(
        `${other.file} and ${file} are both dumps of a machine "${dump.node}"`,
        'Collect with --node NAME to give them different names.',
      );
    machines.set(dump.node, { file, machine: hostFromDump(dump) });
  }
  return [...machines.values()].map(({ machine }) => machine);
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
