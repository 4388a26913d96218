import type { Suspicion } from '@skoop/core';
import { type VxlanPeer, type VxlanPeerCodes, checkVxlanPeer } from '@skoop/core/cni';
import type { NodeView } from './view.ts';

const CODES: VxlanPeerCodes = {
  neighbourMissing: 'CALICO_NEIGHBOUR_MISSING',
  neighbourWrong: 'CALICO_NEIGHBOUR_WRONG',
  fdbMissing: 'CALICO_FDB_MISSING',
  fdbWrong: 'CALICO_FDB_WRONG',
};

/** VXLAN: Felix enters the other nodes' ends. */
export function checkTunnel({ own, ns, agent }: NodeView, peer: VxlanPeer): readonly Suspicion[] {
  return checkVxlanPeer(ns, own, peer, CODES, agent.restart);
}
