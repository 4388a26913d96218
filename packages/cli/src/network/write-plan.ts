import { planCollection } from '@skoop/core';
import { collectOptions } from '../cluster/options.ts';
import { renderData } from '../output/structured.ts';
import { writeStdout } from '../output/write.ts';
import type { Run } from '../skoop-command.ts';

/** `--dry-run`: the pods that would be made on these nodes, and the rights that they need, as manifests. */
export async function writePlan(run: Run, nodes: readonly string[]): Promise<void> {
  const { namespace, pods, rights } = planCollection(nodes, await collectOptions(run.values, 60_000));
  await writeStdout(await renderData({ nodes, rights, namespaceWhereMissing: namespace, pods: pods.map((pod) => pod.manifest) }, 'yaml'));
}
