import type { Cluster, Confidence } from '@skoop/core';
import { foreignNetworkOf, kindnetOf } from './networks.ts';

/** Sure of kindnet; else the last resort, which any other plugin's confidence beats. */
export function detect(cluster: Cluster): Confidence {
  const kindnet = kindnetOf(cluster);
  if (kindnet !== undefined) return { score: 80, because: [kindnet.because] };
  const foreign = foreignNetworkOf(cluster);
  if (foreign !== undefined) return { score: 1, because: [`${foreign.because} (${foreign.name}), which no installed plugin knows`] };
  return { score: 1, because: ['nothing tells of a network that an installed plugin knows'] };
}
