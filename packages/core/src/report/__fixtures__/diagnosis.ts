import type { Path, Transmission } from '../../contracts/packet-path.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import type { Diagnosis } from '../diagnosis.ts';

const PACKET = { src: '10.0.0.2', sport: 40000, dst: '10.96.0.9', dport: 80, protocol: 'tcp' };

export const SEND: Transmission = {
  node: { type: 'pod', id: 'default/client' },
  action: 'send',
  out: { interface: 'eth0', packet: PACKET },
  steps: [
    { kind: 'route', summary: 'route: via 10.0.0.1 dev eth0 (table main)', evidence: [{ artifact: 'nodes/n1/pods/default_client/ip-route-4', pointer: '/0', text: '{"dst":"default"}' }] },
    { kind: 'transmit', summary: 'sent on eth0', evidence: [] },
  ],
};
export const NODE: Transmission = {
  node: { type: 'node', id: 'n1' },
  action: 'service',
  in: { interface: 'veth1', packet: PACKET },
  out: { interface: 'veth2', packet: { ...PACKET, dst: '10.0.0.3', dport: 8080 } },
  steps: [
    { kind: 'netfilter', summary: 'iptables-nft ip table filter, chain FORWARD: accept', evidence: [] },
    { kind: 'nat', summary: 'destination address translated: 10.96.0.9:80 -> 10.0.0.3:8080', evidence: [] },
  ],
};
export const DROP: Transmission = {
  node: { type: 'node', id: 'n1' },
  action: 'drop',
  in: { interface: 'veth1', packet: PACKET },
  steps: [
    { kind: 'netfilter', summary: 'iptables-nft ip table filter, chain FORWARD: drop', evidence: [] },
    { kind: 'drop', summary: 'dropped: NETFILTER_DROP', evidence: [] },
  ],
};
export const SERVE: Transmission = {
  node: { type: 'pod', id: 'default/web' },
  action: 'serve',
  in: { interface: 'eth0', packet: { ...PACKET, dst: '10.0.0.3', dport: 8080 } },
  steps: [{ kind: 'deliver', summary: 'a socket takes it', evidence: [] }],
};

export function forward(verdict: Verdict, probability: number | null, ...hops: readonly Transmission[]): Path {
  return { verdict, probability, direction: 'forward', hops };
}

export function reply(to: number, verdict: Verdict, probability: number | null, ...hops: readonly Transmission[]): Path {
  return { verdict, probability, direction: 'reply', replyTo: to, hops };
}

/** A diagnosis with what a test is about. */
export function diagnosis(more: Partial<Diagnosis> = {}): Diagnosis {
  return {
    apiVersion: 'skoop.io/v1alpha1',
    kind: 'Diagnosis',
    skoop: { version: '1.0.0', plugins: [] },
    cluster: { version: 'v1.34.4', provider: 'generic', cni: 'flannel', proxyMode: 'iptables', ipFamilies: ['IPv4'], detectedFrom: [] },
    request: {
      source: { kind: 'pod', namespace: 'default', name: 'client', ip: '10.0.0.2' },
      destination: { kind: 'service', namespace: 'default', name: 'web', ip: '10.96.0.9', port: 80, service: 'default/web' },
      protocol: 'tcp',
    },
    verdict: 'delivered',
    intended: { verdict: 'delivered', because: [{ kind: 'Service', namespace: 'default', name: 'web', rule: '80/TCP' }] },
    observed: null,
    suspicions: [],
    paths: [forward('delivered', 1, SEND, NODE, SERVE), reply(0, 'delivered', 1, SEND, NODE, SERVE)],
    graph: { nodes: [SEND.node, NODE.node, SERVE.node], links: [] },
    collected: { nodes: ['n1'], missing: [] },
    ...more,
  };
}
