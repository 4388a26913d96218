import type { ExitStatus } from '../run/exit.ts';
import { usageError } from '../errors/usage-error.ts';
import type { Run } from '../skoop-command.ts';

export async function inspectPlugin(_run: Run): Promise<ExitStatus> {
  await Promise.resolve();
  throw usageError('not wired yet');
}
