import type { Pod } from '@skoop/core';
import { createHash } from 'node:crypto';

/** The node's end of a pod's pair: the CNI plugin and Felix compute the name alike (libcalico-go `workload_endpoint_default.go`). */
export function workloadDevice(prefix: string, { metadata }: Pod): string {
  return prefix + createHash('sha1').update(`${metadata.namespace}.${metadata.name}`).digest('hex').slice(0, 11);
}

/** The pods' gateway, which exists nowhere: the node answers for it (proxy ARP). */
export const GATEWAY = '169.254.1.1';
