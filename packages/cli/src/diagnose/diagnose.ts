import { exitStatus, resolveEnds } from '@skoop/core';
import { parseAll } from '@skoop/core/plugins';
import { type OpenCluster, openCluster } from '../cluster/open-cluster.ts';
import { durationOf } from '../cluster/options.ts';
import { isSet, levelOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { terminalOf } from '../output/terminal.ts';
import { writeResult } from '../output/write.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import { startDeadline } from '../run/deadline.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { type Pair, answerPairs } from './answer.ts';
import { dryRun } from './dry-run.ts';
import { formatOf, render } from './format.ts';
import { type Asked, askedOf } from './question.ts';

/** `skoop diagnose`. */
export async function diagnose(run: Run, plugins: LoadedPlugins): Promise<ExitStatus> {
  const { values } = run;
  if (isSet(values, 'http') || textOf(values, 'http-address') !== undefined)
    throw usageError('--http: the web page is not there yet', 'Use -o text, json, yaml or kubeskoop.');
  const format = formatOf(textOf(values, 'format') ?? 'text');
  const asked = askedOf(run.args, values);
  const [wrong] = parseAll(plugins.binders, run.resolved);
  if (wrong !== undefined) throw wrong;
  if (textOf(values, 'collector-cri-address') !== undefined) run.log.debug('--collector-cri-address has no effect: no runtime API is used');

  const deadline = startDeadline(run.signal, durationOf(values, 'timeout') ?? 60_000);
  const cluster = await openCluster(run, plugins.discovery, deadline);
  try {
    const pairs = pairsOf(run, cluster, asked);
    if (isSet(values, 'dry-run')) return await dryRun(run, cluster, pairs);
    const question = { protocol: asked.protocol, reply: asked.reply, ...(asked.sport !== undefined && { sport: asked.sport }) };
    const diagnoses = await answerPairs(run, plugins, cluster.source, pairs, question, deadline);
    run.signal.throwIfAborted();
    const isList = isSet(values, 'all');
    const file = textOf(values, 'output');
    await writeResult(await render(diagnoses, format, isList, terminalOf(run, file)), file);
    return worst(diagnoses.map((diagnosis) => exitStatus(diagnosis, levelOf(textOf(values, 'fail-on'), 'CRITICAL'))));
  } finally {
    await cluster.source.dispose();
    cluster.api?.close();
  }
}

function pairsOf(run: Run, { source, namespace }: OpenCluster, asked: Asked): readonly Pair[] {
  const resolved = resolveEnds(source.cluster, asked, {
    namespace,
    protocol: asked.protocol,
    ...(asked.port !== undefined && { port: asked.port }),
  });
  if (!resolved.ok) throw resolved.error;
  const { source: from, destination: to } = resolved.value;
  if (!isSet(run.values, 'all')) return [{ from: from.endpoint, to: to.endpoint }];
  return from.candidates.flatMap((one) => to.candidates.map((other) => ({ from: one, to: other })));
}

/** A problem is worse than what is unknown, which is worse than nothing. */
function worst(statuses: readonly (0 | 1 | 3)[]): ExitStatus {
  if (statuses.includes(1)) return Exit.problem;
  return statuses.includes(3) || statuses.length === 0 ? Exit.unknown : Exit.ok;
}
