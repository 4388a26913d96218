import { cleanup as removeLeftovers, connect } from '@skoop/core';
import { connectOptions, durationOf } from '../cluster/options.ts';
import { isSet, textOf } from '../config/values.ts';
import { writeStdout } from '../output/write.ts';
import { startDeadline } from '../run/deadline.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';

/** `skoop cleanup`: one line for each thing removed. */
export async function cleanup(run: Run): Promise<ExitStatus> {
  const { signal } = startDeadline(run.signal, durationOf(run.values, 'timeout') ?? 60_000);
  const dryRun = isSet(run.values, 'dry-run');
  const api = await connect(connectOptions(run.values), signal);
  try {
    const { pods, namespaces, left } = await removeLeftovers(api, {
      namespace: textOf(run.values, 'collector-namespace') ?? 'skoop',
      dryRun,
      all: isSet(run.values, 'all'),
      signal,
    });
    const lines = [...pods.map((pod) => `pod ${pod}`), ...namespaces.map((namespace) => `namespace ${namespace}`)];
    if (lines.length > 0) await writeStdout(lines.map((line) => `${line} ${dryRun ? 'would be removed' : 'removed'}\n`).join(''));
    else run.log.note('there is nothing to remove');
    for (const { what, why } of left) run.log.warn(`${what} is left: ${why}`);
    return left.length > 0 ? Exit.unknown : Exit.ok;
  } finally {
    api.close();
  }
}
