import type { Cluster, Pod } from '@skoop/core';
import { type PodPort, podPort } from '@skoop/core/cni';
import type { Host, Link } from '@skoop/netstack';

/** A pod of a node with the devices that it hangs on. */
export interface Attached extends PodPort {
  readonly pod: Pod;
  readonly outer: Link;
}

/** The node's pods whose pair of devices is in the dump. */
export function attachedPods(cluster: Cluster, node: string, host: Host): readonly Attached[] {
  return cluster.pods
    .filter(({ spec, status }) => spec.nodeName === node && !spec.hostNetwork && status.phase === 'Running')
    .flatMap((pod) => {
      const port = podPort(cluster, pod, host);
      return port?.outer === undefined ? [] : [{ ...port, outer: port.outer, pod }];
    });
}

/** The bridge that most of the pods are ports of; `undefined` where most are routed one by one (ptp, kindnet). */
export function commonBridge(attached: readonly Attached[]): string | undefined {
  const counts = new Map<string | undefined, number>();
  for (const { outer } of attached) counts.set(outer.master, (counts.get(outer.master) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0];
}
