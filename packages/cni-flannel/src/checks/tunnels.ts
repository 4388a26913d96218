import type { Suspicion } from '@skoop/core';
import { type VxlanPeer, type VxlanPeerCodes, checkVxlanPeer } from '@skoop/core/cni';
import type { NodeView } from './view.ts';

const CODES: VxlanPeerCodes = {
  neighbourMissing: 'FLANNEL_NEIGHBOUR_MISSING',
  neighbourWrong: 'FLANNEL_NEIGHBOUR_WRONG',
  fdbMissing: 'FLANNEL_FDB_MISSING',
  fdbWrong: 'FLANNEL_FDB_WRONG',
};

/** With direct routing neither entry need be there. */
export function checkTunnel({ own, ns, settings, agent }: NodeView, peer: VxlanPeer): readonly Suspicion[] {
  return own.registered && !settings.directRouting ? checkVxlanPeer(ns, own, peer, CODES, agent.restart) : [];
}
