import { type Link, type NetworkNamespace, type Prefix, contains, formatPrefix } from '@skoop/netstack';
import type { Evidence } from '../contracts/evidence.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { AgentSetup } from './agent.ts';
import { seen } from './namespace.ts';
import { suspectNode } from './suspect.ts';

/** Another node as a peer of this node's WireGuard device. */
export interface WireguardPeer {
  /** The node there. */
  readonly to: { readonly name: string };
  /** Its public key. */
  readonly key: string;
  /** Where it says so. */
  readonly told: Evidence;
  /** What goes to it, and what it may send; each with what that follows from. */
  readonly allowed: readonly { readonly prefix: Prefix; readonly evidence: Evidence }[];
}

export interface WireguardCodes {
  /** The device has another key than was told. */
  readonly key: string;
  readonly peerMissing: string;
  /** An address is not taken for the peer's. */
  readonly allowed: string;
}

/**
 * The device has the key that the other nodes were told, and knows each of them by its key, with what it may send. Where a peer is heard
 * changes by itself, and is not judged.
 *
 * @param own this node's key as it tells it; `undefined` where it tells none
 */
export function checkWireguardPeers(
  ns: NetworkNamespace,
  node: { readonly name: string },
  link: Link,
  own: { readonly key: string; readonly told: Evidence } | undefined,
  peers: readonly WireguardPeer[],
  codes: WireguardCodes,
  { restart: remedy }: AgentSetup,
): readonly Suspicion[] {
  const { device, name, source } = link;
  if (device.kind !== 'wireguard' || !seen(ns, 'wireguard')) return [];
  const found: Suspicion[] = [];
  if (own !== undefined && device.publicKey !== undefined && device.publicKey !== own.key) {
    const message = `Device ${name} on ${node.name} has the key ${device.publicKey}, and the other nodes were told ${own.key}: it can't read what they send.`;
    found.push(suspectNode(node, codes.key, 'WARNING', message, { evidence: [source, own.told], remedy }));
  }
  for (const { to, key, told, allowed } of peers) {
    const known = device.peers.find(({ publicKey }) => publicKey === key);
    if (known === undefined) {
      const message = `Device ${name} on ${node.name} has no peer with the key of ${to.name}: neither of the two can send to the other.`;
      found.push(suspectNode(node, codes.peerMissing, 'WARNING', message, { evidence: [source, told], remedy }));
      continue;
    }
    for (const { prefix, evidence } of allowed) {
      if (known.allowed.some((one) => contains(one, prefix.address))) continue;
      const message = `Device ${name} on ${node.name} does not take ${formatPrefix(prefix)} for an address of ${to.name} (its allowed addresses): it drops what comes from there.`;
      found.push(suspectNode(node, codes.allowed, 'WARNING', message, { evidence: [known.source, evidence], remedy }));
    }
  }
  return found;
}
