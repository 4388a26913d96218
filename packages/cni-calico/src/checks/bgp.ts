import type { Suspicion } from '@skoop/core';
import { seen, suspectNode } from '@skoop/core/cni';
import { Protocol, formatIp } from '@skoop/netstack';
import { type CalicoEnd, annotationEvidence, endOf } from '../calico-node.ts';
import type { NodeView } from './view.ts';

const PORT = 179;

/** BIRD tells and learns routes over TCP. Where it does not run, or a session is not there, routes are old ones, or missing. */
export function checkBgp(view: NodeView): readonly Suspicion[] {
  const { own, ns, settings, agent } = view;
  if (settings.backend !== 'bird' || own.ends.length === 0 || !seen(ns, 'sockets')) return [];
  const isThere = ns.sockets.some(({ protocol, state, localPort, peerPort }) => {
    if (protocol !== Protocol.TCP) return false;
    return state === 'listen' ? localPort === PORT : localPort === PORT || peerPort === PORT;
  });
  if (isThere) return own.ends.flatMap((end) => sessions(view, end));
  const message = `Nothing on ${own.name} listens on TCP port ${String(PORT)}: BIRD does not run there, and neither its blocks nor those of the others are told any more.`;
  const remedy = `${agent.restart}; its log, and its readiness (calico-node -bird-ready), say why BIRD did not start`;
  return [suspectNode(own, 'CALICO_BGP_NOT_LISTENING', 'WARNING', message, { evidence: [annotationEvidence(own, 'address')], remedy })];
}

/** The mesh: each node has a session with every other one but route reflectors. */
function sessions({ own, peers, ns, settings }: NodeView, { family, address }: CalicoEnd): readonly Suspicion[] {
  const isOwn = ns.links.some(({ addresses }) => addresses.some(({ ip }) => ip === address));
  if (!settings.mesh || own.isReflector || !isOwn) return [];
  return peers.flatMap((peer) => {
    const its = endOf(peer, family)?.address;
    if (its === undefined || its === address || peer.isReflector) return [];
    const isEstablished = ns.sockets.some(
      ({ local, localPort, peer: remote, peerPort, source }) =>
        local === address && remote === its && (localPort === PORT || peerPort === PORT) && /^tcp\s+ESTAB/.test(source.text),
    );
    if (isEstablished) return [];
    const message = `Node ${own.name} has no BGP session with ${peer.name} (${formatIp(its)}): it learns none of its blocks, and tells it none.`;
    const evidence = [annotationEvidence(own, 'address', family), annotationEvidence(peer, 'address', family)];
    const remedy = `see that TCP port ${String(PORT)} is open between the two, and that calico-node runs on ${peer.name}: calicoctl node status there, or birdcl show protocols in its pod`;
    return [suspectNode(own, 'CALICO_BGP_NO_SESSION', 'WARNING', message, { evidence, remedy })];
  });
}
