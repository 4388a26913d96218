import type { CheckReport } from '@skoop/core';
import { checkExitStatus, runCheck, writeCheck } from '@skoop/core';
import { parseAll } from '@skoop/core/plugins';
import { openCluster } from '../cluster/open-cluster.ts';
import { durationOf } from '../cluster/options.ts';
import { isSet, levelOf, listOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { CHECK_FORMATS } from '../flags/check.ts';
import { buildNetwork } from '../network/build-network.ts';
import { writePlan } from '../network/write-plan.ts';
import { nodesWanted } from '../network/nodes-wanted.ts';
import { renderData } from '../output/structured.ts';
import { type Terminal, terminalOf, textOptions } from '../output/terminal.ts';
import { writeResult } from '../output/write.ts';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';
import { startDeadline } from '../run/deadline.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { packageVersion } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';

type Format = (typeof CHECK_FORMATS)[number];

/** `skoop check`. */
export async function check(run: Run, plugins: LoadedPlugins): Promise<ExitStatus> {
  const { values } = run;
  const format = formatOf(textOf(values, 'format') ?? 'text');
  const [wrong] = parseAll(plugins.binders, run.resolved);
  if (wrong !== undefined) throw wrong;

  const deadline = startDeadline(run.signal, durationOf(values, 'timeout') ?? 60_000);
  const { source, api } = await openCluster(run, plugins.discovery, deadline);
  try {
    const nodes = nodesWanted(
      source.cluster.nodes.map(({ metadata }) => metadata.name),
      listOf(values, 'nodes'),
    );
    if (isSet(values, 'dry-run')) {
      if (api === undefined) run.log.note('nothing would be created: the cluster is read from a snapshot');
      else await writePlan(run, nodes);
      return Exit.ok;
    }
    const { network, facts, used } = await buildNetwork(run, plugins, source, deadline.signal);
    try {
      const scope = { nodes, signal: deadline.signal };
      const report = await runCheck({ source, network, scope, skoop: { version: packageVersion(), plugins: used }, facts });
      run.signal.throwIfAborted();
      if (deadline.passed())
        run.log.warn(`--timeout of ${String(deadline.ms / 1000)} s was reached: the answer rests on what was collected until then`);
      const file = textOf(values, 'output');
      await writeResult(await render(report, format, terminalOf(run, file)), file);
      return checkExitStatus(report, levelOf(textOf(values, 'fail-on'), 'WARNING'));
    } finally {
      await network.dispose();
    }
  } finally {
    await source.dispose();
    api?.close();
  }
}

function formatOf(text: string): Format {
  const known = CHECK_FORMATS.find((format) => format === text);
  if (known === undefined) throw usageError(`-o ${text}: there is no such format here`, `There are ${CHECK_FORMATS.join(', ')}.`);
  return known;
}

function render(report: CheckReport, format: Format, terminal: Terminal): string | Promise<string> {
  switch (format) {
    case 'text':
    case 'wide':
      return writeCheck(report, textOptions(format === 'wide', terminal));
    case 'json':
    case 'yaml':
      return renderData(report, format);
    default:
      return format satisfies never;
  }
}
