import type { Suspicion } from '@skoop/core';
import { type WireguardCodes, checkWireguardPeers, ipCommand, linkOf, seen, suspectNode } from '@skoop/core/cni';
import { type Family, type Link, type PolicyRule, familyOf, formatPrefix } from '@skoop/netstack';
import { type CalicoNode, annotationEvidence, endOf } from '../calico-node.ts';
import { asBlock } from '../expectations.ts';
import type { Block } from '../objects.ts';
import type { NodeView } from './view.ts';

const CODES: WireguardCodes = {
  key: 'CALICO_WIREGUARD_KEY',
  peerMissing: 'CALICO_WIREGUARD_PEER_MISSING',
  allowed: 'CALICO_WIREGUARD_ALLOWED',
};

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
  const told = (node: CalicoNode) => annotationEvidence(node, 'wireguard-key', family);
  const key = endOf(own, family)?.wireguardKey;
  const all = encrypted(view, family);
  const expected = peers.flatMap((peer) => {
    const its = endOf(peer, family)?.wireguardKey;
    const allowed = all.filter((block) => block.peer === peer).map(({ cidr, evidence }) => ({ prefix: cidr, evidence }));
    return its === undefined ? [] : [{ to: peer, key: its, told: told(peer), allowed }];
  });
  return checkWireguardPeers(ns, own, link, key === undefined ? undefined : { key, told: told(own) }, expected, CODES, agent);
}

/** `not from all fwmark 0x200000/0x200000 lookup 1` */
function isEncrypting({ not, fwmark, action }: PolicyRule): boolean {
  return not && fwmark !== undefined && fwmark.value === fwmark.mask && action.kind === 'lookup';
}

function tableOf({ action }: PolicyRule): readonly string[] {
  return action.kind === 'lookup' ? [action.table] : [];
}
