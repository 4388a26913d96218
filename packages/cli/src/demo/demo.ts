import { readSnapshot, resolveEnds, snapshotSource } from '@skoop/core';
import { resolveValues } from '@skoop/core/plugins';
import { readsOf } from '../cluster/open-cluster.ts';
import { answerPairs } from '../diagnose/answer.ts';
import { render } from '../diagnose/format.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import { terminalOf } from '../output/terminal.ts';
import { writeStdout } from '../output/write.ts';
import { type LoadedPlugins, loadPlugins } from '../plugins/load-plugins.ts';
import { startDeadline } from '../run/deadline.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import { RECORDINGS, type Recording, readRecordings } from './recording.ts';

/** `skoop demo`: diagnoses of recordings that are inside the package. */
export async function demo(run: Run): Promise<ExitStatus> {
  const recordings = await readRecordings();
  // Only what comes with skoop: the demonstration is the same everywhere.
  const plugins = await loadPlugins(false, DIAGNOSE);
  const resolved = resolveValues(plugins.flags, { flags: {}, env: {} });
  for (const [index, recording] of recordings.entries()) {
    const text = await show({ ...run, values: { ...resolved.values, ...run.values }, resolved }, plugins, recording);
    await writeStdout(`${index === 0 ? '' : '\n\n'}${headline(recording)}${text}`);
  }
  if (recordings.length === 0) run.log.note('there are no recordings in this package');
  return Exit.ok;
}

function headline({ title, see, from, to, protocol, file }: Recording): string {
  const options = protocol === 'tcp' ? '' : ` --protocol ${protocol}`;
  return `${title}\n${see}\n\n$ skoop diagnose ${from} ${to}${options} --snapshot ${file}\n\n`;
}

async function show(run: Run, plugins: LoadedPlugins, { file, from, to, protocol }: Recording): Promise<string> {
  const snapshot = await readSnapshot(`${RECORDINGS}/${file}`);
  if (!snapshot.ok) throw snapshot.error;
  const source = snapshotSource(snapshot.value, readsOf(plugins.discovery).annotations);
  const ends = resolveEnds(source.cluster, { source: from, destination: to }, { namespace: 'default', protocol });
  if (!ends.ok) throw ends.error;
  const pair = { from: ends.value.source.endpoint, to: ends.value.destination.endpoint };
  const diagnoses = await answerPairs(run, plugins, source, [pair], { protocol, reply: true }, startDeadline(run.signal, 60_000));
  return render(diagnoses, 'text', false, terminalOf(run, undefined));
}
