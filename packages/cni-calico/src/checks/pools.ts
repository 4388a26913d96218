import type { Suspicion } from '@skoop/core';
import { suspectNode } from '@skoop/core/cni';
import { formatIp, formatPrefix } from '@skoop/netstack';
import { annotationEvidence } from '../calico-node.ts';
import { poolOf, specEvidence } from '../objects.ts';
import type { NodeView } from './view.ts';

/** What pods send to an address of a pool is not masqueraded, and taken for a pod's: nodes must not have one. */
export function checkPools({ own, pools }: NodeView): readonly Suspicion[] {
  return own.ends.flatMap(({ family, address }) => {
    const pool = poolOf(pools, address);
    if (pool === undefined) return [];
    const message = `The address ${formatIp(address)} of node ${own.name} lies in the pool ${pool.name} (${formatPrefix(pool.cidr)}): Calico takes it for a pod's, and may give it to one.`;
    const evidence = [specEvidence(pool.object, 'cidr'), annotationEvidence(own, 'address', family)];
    const remedy = `take another network for pods: create a new IPPool, disable ${pool.name}, and make the pods anew (Calico's guide "Migrate from one IP pool to another")`;
    return [suspectNode(own, 'CALICO_POOL_OVERLAP', 'WARNING', message, { evidence, remedy })];
  });
}
