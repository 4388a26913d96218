import type { ClusterSource, Diagnosis, Endpoint, Question } from '@skoop/core';
import { runDiagnosis } from '@skoop/core';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import type { Deadline } from '../run/deadline.ts';
import { packageVersion } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';
import { buildNetwork } from '../network/build-network.ts';

/** A question with both ends known. */
export interface Pair {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** One after another: the nodes that one has collected serve the next. */
export async function answerPairs(
  run: Run,
  plugins: LoadedPlugins,
  source: ClusterSource,
  pairs: readonly Pair[],
  asked: Omit<Question, 'signal'>,
  deadline: Deadline,
): Promise<readonly Diagnosis[]> {
  const { network, cni, facts, used } = await buildNetwork(run, plugins, source, deadline.signal);
  const question = { ...asked, signal: deadline.signal };
  const diagnoses: Diagnosis[] = [];
  try {
    for (const { from, to } of pairs) {
      diagnoses.push(
        await runDiagnosis({
          source,
          network,
          question,
          from,
          to,
          ...(cni !== undefined && { cni }),
          skoop: { version: packageVersion(), plugins: used },
          facts,
        }),
      );
      if (run.signal.aborted) break;
    }
  } finally {
    await network.dispose();
  }
  if (deadline.passed())
    run.log.warn(`--timeout of ${String(deadline.ms / 1000)} s was reached: the answer rests on what was collected until then`);
  return diagnoses;
}
