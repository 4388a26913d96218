import type { Suspicion } from '@skoop/core';
import { seen, suspectNode } from '@skoop/core/cni';
import { Protocol } from '@skoop/netstack';
import { annotationEvidence } from '../calico-node.ts';
import type { NodeView } from './view.ts';

const PORT = 179;

/** BIRD tells and learns routes over TCP. Where it does not even listen, the routes that are there are old ones. */
export function checkBgp({ own, ns, settings, agent }: NodeView): readonly Suspicion[] {
  if (settings.backend !== 'bird' || own.ends.length === 0 || !seen(ns, 'sockets')) return [];
  const isThere = ns.sockets.some(({ protocol, state, localPort, peerPort }) => {
    if (protocol !== Protocol.TCP) return false;
    return state === 'listen' ? localPort === PORT : localPort === PORT || peerPort === PORT;
  });
  if (isThere) return [];
  const message = `Nothing on ${own.name} listens on TCP port ${String(PORT)}: BIRD does not run there, and neither its blocks nor those of the others are told any more.`;
  const remedy = `${agent.restart}; its log, and its readiness (calico-node -bird-ready), say why BIRD did not start`;
  return [suspectNode(own, 'CALICO_BGP_NOT_LISTENING', 'WARNING', message, { evidence: [annotationEvidence(own, 'address')], remedy })];
}
