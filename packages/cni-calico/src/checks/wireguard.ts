import type { Suspicion } from '@skoop/core';
import { ipCommand, linkOf, seen, suspectNode } from '@skoop/core/cni';
import { type Family, type Link, type PolicyRule, type WireguardDevice, contains, familyOf, formatPrefix } from '@skoop/netstack';
import { type CalicoNode, annotationEvidence, endOf } from '../calico-node.ts';
import { asBlock } from '../expectations.ts';
import type { Block } from '../objects.ts';
import type { NodeView } from './view.ts';

/**
 * A rule leads all that WireGuard has not encrypted yet into a table of its own; in it, what goes to a node with a key goes by the device,
 * which knows that node by its key and takes from it what comes from its pods.
 */
export function checkWireguard(view: NodeView): readonly Suspicion[] {
  return view.expected.devices
    .filter(({ kind }) => kind === 'wireguard')
    .flatMap(({ family, name }) => {
      const link = linkOf(view.ns, name);
      return link?.up === true ? [...ruleAndRoutes(view, family, name), ...peersOf(view, family, link)] : [];
    });
}

/** Blocks, and borrowed addresses, of nodes that have a key. */
function encrypted({ peers, blocks, borrowed }: NodeView, family: Family): readonly (Block & { readonly peer: CalicoNode })[] {
  return [...(blocks ?? []), ...borrowed.map(asBlock)].flatMap((block) => {
    const peer = peers.find((one) => one.name === block.node);
    const isMeant = peer !== undefined && familyOf(block.cidr.address) === family && endOf(peer, family)?.wireguardKey !== undefined;
    return isMeant ? [{ ...block, peer }] : [];
  });
}

function ruleAndRoutes(view: NodeView, family: Family, name: string): readonly Suspicion[] {
  const { own, ns, agent } = view;
  if (!seen(ns, 'rules', 'routes')) return [];
  const tables = ns.rules.filter((rule) => rule.family === family && isEncrypting(rule)).flatMap(tableOf);
  if (tables.length === 0) {
    const message = `Node ${own.name} has no rule that leads packets to ${name}: it sends them to other nodes unencrypted, and those may not take them so.`;
    const evidence = [annotationEvidence(own, 'wireguard-key', family)];
    return [suspectNode(own, 'CALICO_WIREGUARD_RULE_MISSING', 'WARNING', message, { evidence, remedy: agent.restart })];
  }
  return encrypted(view, family).flatMap(({ cidr, peer, evidence }) => {
    const destination = formatPrefix(cidr);
    const found = ns.routes.filter((route) => tables.includes(route.table) && formatPrefix(route.destination) === destination);
    if (found.some(({ nexthops }) => nexthops.some(({ dev }) => dev === name))) return [];
    const message = `Node ${own.name} does not encrypt what is for ${destination}, of ${peer.name}, which has a key: table ${tables.join(', ')} does not lead there by ${name}.`;
    const remedy = `${ipCommand(family)} route replace ${destination} dev ${name} table ${tables[0] ?? ''} on ${own.name}, or ${agent.restart}`;
    const grounds = [...found.map(({ source }) => source), evidence, annotationEvidence(peer, 'wireguard-key', family)];
    return [suspectNode(own, 'CALICO_WIREGUARD_ROUTE_MISSING', 'WARNING', message, { evidence: grounds, remedy })];
  });
}

function peersOf(view: NodeView, family: Family, link: Link): readonly Suspicion[] {
  const { own, ns, peers, agent } = view;
  const { device } = link;
  if (device.kind !== 'wireguard' || !seen(ns, 'wireguard')) return [];
  const key = endOf(own, family)?.wireguardKey;
  const found: Suspicion[] = [];
  if (key !== undefined && device.publicKey !== undefined && device.publicKey !== key) {
    const message = `Device ${link.name} on ${own.name} has the key ${device.publicKey}, and the other nodes were told ${key}: it can't read what they send.`;
    const evidence = [link.source, annotationEvidence(own, 'wireguard-key', family)];
    found.push(suspectNode(own, 'CALICO_WIREGUARD_KEY', 'WARNING', message, { evidence, remedy: agent.restart }));
  }
  for (const peer of peers) {
    const its = endOf(peer, family)?.wireguardKey;
    if (its === undefined || device.peers.some(({ publicKey }) => publicKey === its)) continue;
    const message = `Device ${link.name} on ${own.name} has no peer with the key of ${peer.name}: neither of the two can send to the other.`;
    const evidence = [link.source, annotationEvidence(peer, 'wireguard-key', family)];
    found.push(suspectNode(own, 'CALICO_WIREGUARD_PEER_MISSING', 'WARNING', message, { evidence, remedy: agent.restart }));
  }
  return [...found, ...encrypted(view, family).flatMap((block) => allowed(view, family, link, device, block))];
}

/** What goes to a peer, and all that it may send. */
function allowed(
  { own, agent }: NodeView,
  family: Family,
  { name }: Link,
  { peers }: WireguardDevice,
  { cidr, peer, evidence }: Block & { readonly peer: CalicoNode },
): readonly Suspicion[] {
  const known = peers.find(({ publicKey }) => publicKey === endOf(peer, family)?.wireguardKey);
  if (known === undefined || known.allowed.some((prefix) => contains(prefix, cidr.address))) return [];
  const message = `Device ${name} on ${own.name} does not take ${formatPrefix(cidr)} for an address of ${peer.name} (its allowed addresses): it drops what comes from there.`;
  return [suspectNode(own, 'CALICO_WIREGUARD_ALLOWED', 'WARNING', message, { evidence: [known.source, evidence], remedy: agent.restart })];
}

/** `not from all fwmark 0x200000/0x200000 lookup 1` */
function isEncrypting({ not, fwmark, action }: PolicyRule): boolean {
  return not && fwmark !== undefined && fwmark.value === fwmark.mask && action.kind === 'lookup';
}

function tableOf({ action }: PolicyRule): readonly string[] {
  return action.kind === 'lookup' ? [action.table] : [];
}
