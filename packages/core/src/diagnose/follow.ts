import { type Trace, type TraceRequest, type World, trace } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterSource } from '../cluster/source.ts';
import type { ConfiguredCni } from '../health/cni.ts';
import { deviceModels } from './device-models.ts';
import { fabricOf } from './fabric.ts';

/** What a run has collected so far, and the way to more. It lives as long as one question. */
export interface Collected {
  readonly cluster: Cluster;
  readonly world: World;
}

/** `cni`: for devices that the kernel's tables do not show. */
export function collectedOf(cluster: Cluster, cni: ConfiguredCni | undefined): Collected {
  const hosts = [...cluster.hosts].flatMap(([name, state]) => (state.kind === 'dumped' ? [[name, state.host] as const] : []));
  const devices = deviceModels(
    hosts.map(([, host]) => host),
    cluster,
    cni,
  );
  return { cluster, world: { hosts: new Map(hosts), fabric: fabricOf(cluster), ...(devices.length > 0 && { devices }) } };
}

/**
 * Traces all of them, collects whatever nodes they turn out to need, all at once, and traces again from the start, until nothing
 * is needed that can be had. `left` are nodes that are left out on purpose.
 */
export async function follow(
  source: ClusterSource,
  start: Collected,
  requests: readonly TraceRequest[],
  left: ReadonlySet<string>,
  cni: ConfiguredCni | undefined,
): Promise<{ readonly collected: Collected; readonly traces: readonly Trace[] }> {
  let collected = start;
  for (;;) {
    const { cluster, world } = collected;
    const traces = requests.map((request) => trace(world, request));
    const known = new Set(cluster.nodes.map(({ metadata }) => metadata.name));
    const needs = [...new Set(traces.flatMap(({ needs: wanted }) => wanted))].filter(
      (need) => known.has(need) && !cluster.hosts.has(need) && !left.has(need),
    );
    if (needs.length === 0) return { collected, traces };
    const more = await source.collect(needs.sort());
    // A source that does not even say "missing" would be asked for ever.
    if (needs.every((need) => !more.hosts.has(need))) return { collected, traces };
    collected = collectedOf(more, cni);
  }
}
