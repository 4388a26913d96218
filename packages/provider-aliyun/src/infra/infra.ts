import type { InfraResult, InfraShim, Packet } from '@skoop/core';
import { formatIp } from '@skoop/netstack';
import { balancerOf } from './balancer-of.ts';
import type { Cloud } from './cloud.ts';
import { externalToLoadBalancer } from './external-to-load-balancer.ts';
import { externalToNode } from './external-to-node.ts';
import { nodeToExternal } from './node-to-external.ts';
import { nodeToNode } from './node-to-node.ts';

const PASS: InfraResult = { outcome: 'pass', suspicions: [] };

/** The network under the nodes. */
export function aliyunInfra(cloud: Cloud): InfraShim {
  // What a balancer sends on was judged up to its server: it comes to the node by no other way, and its answer goes back by the balancer's session.
  const balanced = new Set<string>();
  return {
    nodeToNode: (src, _oif, dst, packet, options) => nodeToNode(cloud, src, dst, packet, options),
    nodeToExternal: (src, _oif, packet, options) => nodeToExternal(cloud, src, packet, options, balanced.has(wordOf(answerTo(packet)))),
    externalToNode: (dst, packet, options) =>
      balanced.has(wordOf(packet)) ? Promise.resolve(PASS) : externalToNode(cloud, dst, packet, options),
    async externalToLoadBalancer(service, packet) {
      const result = await externalToLoadBalancer(cloud, service, packet);
      for (const forward of result.forwards ?? []) balanced.add(wordOf(forward.packet));
      return result;
    },
    async balancerAddresses(service) {
      const balancer = await balancerOf(cloud, service);
      return (balancer?.addresses ?? []).map(formatIp);
    },
  };
}

function wordOf({ src, sport, dst, dport, protocol }: Packet): string {
  return JSON.stringify([src, sport, dst, dport, protocol]);
}

function answerTo(packet: Packet): Packet {
  return { ...packet, src: packet.dst, sport: packet.dport, dst: packet.src, dport: packet.sport };
}
