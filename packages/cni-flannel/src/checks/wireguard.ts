import type { Suspicion } from '@skoop/core';
import { type WireguardCodes, type WireguardPeer, checkWireguardPeers, linkOf } from '@skoop/core/cni';
import type { ExpectedDevice } from '../expectations.ts';
import { type FlannelNode, annotationEvidence, endOf, podCidrEvidence } from '../flannel-node.ts';
import type { NodeView } from './view.ts';

const CODES: WireguardCodes = {
  key: 'FLANNEL_WIREGUARD_KEY',
  peerMissing: 'FLANNEL_WIREGUARD_PEER_MISSING',
  allowed: 'FLANNEL_WIREGUARD_ALLOWED',
};

/** Every other node is a peer of the device, by the key in its annotation, and may send what its own pods send. */
export function checkWireguard(view: NodeView, { name, addresses }: ExpectedDevice): readonly Suspicion[] {
  const { own, ns, agent } = view;
  const link = linkOf(ns, name);
  if (link === undefined || !own.registered) return [];
  const families = addresses.map(({ family }) => family);
  // flanneld has one key for all its devices; with one device for both families the last one counts, as for flanneld.
  const keyOf = (node: FlannelNode): { readonly key: string; readonly told: WireguardPeer['told'] } | undefined => {
    const family = [...families].reverse().find((one) => endOf(node, one)?.wireguardKey !== undefined);
    const key = family === undefined ? undefined : endOf(node, family)?.wireguardKey;
    return family === undefined || key === undefined ? undefined : { key, told: annotationEvidence(node, 'backend-data', family) };
  };
  const peers = view.peers
    .filter((peer) => peer.registered && peer.backend === own.backend)
    .flatMap((peer): readonly WireguardPeer[] => {
      const known = keyOf(peer);
      const prefixes = families.flatMap((family) => endOf(peer, family)?.podCidr ?? []);
      return known === undefined
        ? []
        : [{ to: peer, ...known, allowed: prefixes.map((prefix) => ({ prefix, evidence: podCidrEvidence(peer) })) }];
    });
  return checkWireguardPeers(ns, own, link, keyOf(own), peers, CODES, agent);
}
