import type { InfraResult, InfraShim } from '@skoop/core';
import type { Config } from './config.js';

const PASS: InfraResult = { outcome: 'pass', suspicions: [] };

/** What the network under the nodes does. Say `unknown`, not `pass`, where you could not look: a missing right, a rule that you do not know. */
export function makeInfra({ closedPorts }: Config): InfraShim {
  return {
    // The answer to a packet that passed: what is stateful passes it as well.
    nodeToNode: async (src, _oif, dst, packet, { direction }) =>
      direction === 'forward' && packet.protocol === 'tcp' && closedPorts.includes(packet.dport)
        ? closed(src.metadata.name, dst.metadata.name, packet.dport)
        : PASS,
    nodeToExternal: async () => PASS,
    externalToNode: async () => PASS,
    externalToLoadBalancer: async () => PASS,
  };
}

function closed(src: string, dst: string, port: number): InfraResult {
  const firewall = { type: '__NAME__-firewall', id: 'default' };
  return {
    outcome: 'drop',
    hops: [firewall],
    suspicions: [
      {
        code: '__AREA___PORT_CLOSED',
        level: 'FATAL',
        on: firewall,
        message: `The firewall between ${src} and ${dst} drops TCP port ${port}.`,
        evidence: [{ object: { kind: 'Node', name: src }, path: '/spec/providerID', value: null }],
        remedy: `open the port: --__NAME__-closed-ports must not name ${port}`,
      },
    ],
  };
}
