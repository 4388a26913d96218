import type { Suspicion } from '@skoop/core';
import { ipCommand, linkOf, seen, suspectNode } from '@skoop/core/cni';
import { type Family, type PolicyRule, familyOf, formatPrefix } from '@skoop/netstack';
import { annotationEvidence, endOf } from '../calico-node.ts';
import { wireguardName } from '../expectations.ts';
import type { NodeView } from './view.ts';

/** A rule leads all that WireGuard has not encrypted yet into a table of its own; in it, what goes to a node with a key goes by the device. */
export function checkWireguard(view: NodeView): readonly Suspicion[] {
  return view.expected.devices
    .filter(({ kind }) => kind === 'wireguard')
    .flatMap(({ family, name }) => (linkOf(view.ns, name)?.up === true ? ruleAndRoutes(view, family) : []));
}

/** The peers themselves, their keys and allowed addresses, are in no dump. */
function ruleAndRoutes({ own, peers, blocks, ns, agent }: NodeView, family: Family): readonly Suspicion[] {
  const name = wireguardName(family);
  if (!seen(ns, 'rules', 'routes')) return [];
  const tables = ns.rules.filter((rule) => rule.family === family && isEncrypting(rule)).flatMap(tableOf);
  if (tables.length === 0) {
    const message = `Node ${own.name} has no rule that leads packets to ${name}: it sends them to other nodes unencrypted, and those may not take them so.`;
    const evidence = [annotationEvidence(own, 'wireguard-key', family)];
    return [suspectNode(own, 'CALICO_WIREGUARD_RULE_MISSING', 'WARNING', message, { evidence, remedy: agent.restart })];
  }
  return (blocks ?? []).flatMap(({ cidr, node, evidence }) => {
    const peer = peers.find((one) => one.name === node);
    if (peer === undefined || familyOf(cidr.address) !== family || endOf(peer, family)?.wireguardKey === undefined) return [];
    const destination = formatPrefix(cidr);
    const found = ns.routes.filter((route) => tables.includes(route.table) && formatPrefix(route.destination) === destination);
    if (found.some(({ nexthops }) => nexthops.some(({ dev }) => dev === name))) return [];
    const message = `Node ${own.name} does not encrypt what is for ${destination}, a block of ${node}, which has a key: table ${tables.join(', ')} does not lead there by ${name}.`;
    const remedy = `${ipCommand(family)} route replace ${destination} dev ${name} table ${tables[0] ?? ''} on ${own.name}, or ${agent.restart}`;
    const grounds = [...found.map(({ source }) => source), evidence, annotationEvidence(peer, 'wireguard-key', family)];
    return [suspectNode(own, 'CALICO_WIREGUARD_ROUTE_MISSING', 'WARNING', message, { evidence: grounds, remedy })];
  });
}

/** `not from all fwmark 0x200000/0x200000 lookup 1` */
function isEncrypting({ not, fwmark, action }: PolicyRule): boolean {
  return not && fwmark !== undefined && fwmark.value === fwmark.mask && action.kind === 'lookup';
}

function tableOf({ action }: PolicyRule): readonly string[] {
  return action.kind === 'lookup' ? [action.table] : [];
}
