import type { InfraResult, InfraShim } from '@skoop/core';
import type { Cloud } from './cloud.ts';
import { nodeToNode } from './node-to-node.ts';

const UNKNOWN: InfraResult = { outcome: 'unknown', suspicions: [] };

export function aliyunInfra(cloud: Cloud): InfraShim {
  return {
    nodeToNode: (src, _oif, dst, packet, options) => nodeToNode(cloud, src, dst, packet, options),
    nodeToExternal: () => Promise.resolve(UNKNOWN),
    externalToNode: () => Promise.resolve(UNKNOWN),
    externalToLoadBalancer: () => Promise.resolve(UNKNOWN),
  };
}
