import type { InfraResult, InfraShim } from '@skoop/core';
import type { Cloud } from './cloud.ts';
import { externalToNode } from './external-to-node.ts';
import { nodeToExternal } from './node-to-external.ts';
import { nodeToNode } from './node-to-node.ts';

const UNKNOWN: InfraResult = { outcome: 'unknown', suspicions: [] };

export function aliyunInfra(cloud: Cloud): InfraShim {
  return {
    nodeToNode: (src, _oif, dst, packet, options) => nodeToNode(cloud, src, dst, packet, options),
    nodeToExternal: (src, _oif, packet, options) => nodeToExternal(cloud, src, packet, options),
    externalToNode: (dst, packet, options) => externalToNode(cloud, dst, packet, options),
    externalToLoadBalancer: () => Promise.resolve(UNKNOWN),
  };
}
