import type { Cluster } from '../cluster/cluster.ts';
import type { Endpoint } from '../contracts/packet.ts';
import { type ServiceTarget, endpointsOf, familyOfText } from './backends.ts';
import { homeOf } from './places.ts';

/** Which nodes are asked at once, before anything is traced. */
export interface FirstRound {
  readonly nodes: readonly string[];
  /** Nodes of backends that are left out: a sample is looked at. */
  readonly left: readonly string[];
}

const SAMPLE = 10;

/** The nodes of source and destination, and of the Service's backends: the first ten by name, or all. */
export function firstRound(
  cluster: Cluster,
  ends: readonly Endpoint[],
  target: ServiceTarget | undefined,
  arriving: readonly string[],
  all: boolean,
): FirstRound {
  const nodes = new Set(arriving);
  for (const end of ends) {
    const home = homeOf(cluster, end);
    if (home.kind !== 'outside' && home.node !== '') nodes.add(home.node);
  }
  const family = familyOfText(ends[1]?.ip ?? '');
  const backends =
    target?.port === undefined
      ? []
      : endpointsOf(cluster, target.service, target.port, family).filter(({ ready, serving }) => ready || serving);
  const known = new Set(cluster.nodes.map(({ metadata }) => metadata.name));
  const theirs = [...new Set(backends.map(({ node }) => node))].filter((node) => known.has(node)).sort();
  const chosen = all ? theirs : theirs.slice(0, SAMPLE);
  for (const node of chosen) nodes.add(node);
  return { nodes: [...nodes].sort(), left: theirs.filter((node) => !nodes.has(node)) };
}
