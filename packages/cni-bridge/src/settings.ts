import type { Cluster, CniConfig } from '@skoop/core';
import { foreignNetworkOf, kindnetOf } from './networks.ts';

/** What is known of the network before its nodes are looked at. Plain JSON, since it is part of a report. */
export type Settings = {
  /**
   * `kindnet`; `reference`: the plugins bridge or ptp and whoever makes the routes; `foreign`: another network, of which only what is true
   * everywhere can be said.
   */
  readonly network: 'kindnet' | 'reference' | 'foreign';
  /** How it is called, where that is known. */
  readonly name: string | undefined;
};

export function configure(cluster: Cluster): CniConfig & { readonly details: Settings } {
  const podCidrs = cluster.nodes.flatMap(({ spec }) => spec.podCIDRs);
  const kindnet = kindnetOf(cluster);
  if (kindnet !== undefined)
    return { podCidrs, mode: 'kindnet', enforces: ['NetworkPolicy'], details: { network: 'kindnet', name: kindnet.name } };
  const foreign = foreignNetworkOf(cluster);
  // Without a DaemonSet that tells, a component that enforces policies may still be there.
  return foreign === undefined
    ? { podCidrs, enforces: 'unknown', details: { network: 'reference', name: undefined } }
    : { podCidrs, mode: foreign.name, enforces: 'unknown', details: { network: 'foreign', name: foreign.name } };
}

/** `details` is what {@link configure} made. */
export function settingsOf(config: CniConfig): Settings {
  return config.details as Settings;
}
