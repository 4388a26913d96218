import type { Suspicion } from '@skoop/core';
import { formatIp } from '@skoop/netstack';
import type { ExpectedTunnel } from '../expectations.ts';
import { annotationEvidence } from '../flannel-node.ts';
import { type NodeView, ip, restart, seen, suspect } from './view.ts';

/** VXLAN: the other node's MAC address (neighbour entry) and where that is (forwarding entry). With direct routing neither need be there. */
export function checkTunnel(view: NodeView, tunnel: ExpectedTunnel): readonly Suspicion[] {
  if (!view.own.registered || view.settings.directRouting) return [];
  return [...neighbour(view, tunnel), ...forwarding(view, tunnel)];
}

function neighbour(view: NodeView, { family, to, dev, gateway, mac }: ExpectedTunnel): readonly Suspicion[] {
  const { own, ns } = view;
  const entry = ns.neighbours.find((one) => one.dev === dev && one.ip === gateway && !one.proxy);
  const told = annotationEvidence(to, 'backend-data', family);
  const remedy = `${ip(family)} neigh replace ${formatIp(gateway)} lladdr ${mac} dev ${dev} nud permanent on ${own.name}, or ${restart(view)}`;
  if (entry?.mac === undefined) {
    if (!seen(ns, 'neighbours')) return [];
    return [
      suspect(
        own,
        'FLANNEL_NEIGHBOUR_MISSING',
        'WARNING',
        `Node ${own.name} does not know the MAC address of ${to.name}'s end of the tunnel (${formatIp(gateway)} on ${dev}): nothing answers for it.`,
        {
          evidence: entry === undefined ? [told] : [entry.source, told],
          remedy,
        },
      ),
    ];
  }
  if (entry.mac === mac) return [];
  return [
    suspect(
      own,
      'FLANNEL_NEIGHBOUR_WRONG',
      'WARNING',
      `Node ${own.name} takes ${entry.mac} for the MAC address of ${to.name}'s end of the tunnel; it is ${mac}.`,
      {
        evidence: [entry.source, told],
        remedy,
      },
    ),
  ];
}

function forwarding(view: NodeView, { family, to, dev, mac, remote }: ExpectedTunnel): readonly Suspicion[] {
  const { own, ns } = view;
  const entries = ns.fdb.filter((one) => one.dev === dev && one.mac === mac && one.dst !== undefined);
  const evidence = [annotationEvidence(to, 'backend-data', family), annotationEvidence(to, 'public-ip', family)];
  const remedy = `bridge fdb replace ${mac} dev ${dev} dst ${remote === undefined ? `ADDRESS_OF_${to.name}` : formatIp(remote)} self permanent on ${own.name}, or ${restart(view)}`;
  const [entry] = entries;
  if (entry === undefined) {
    if (!seen(ns, 'fdb')) return [];
    return [
      suspect(
        own,
        'FLANNEL_FDB_MISSING',
        'WARNING',
        `Node ${own.name} does not know where ${to.name}'s end of the tunnel is: ${dev} has no forwarding entry for ${mac}.`,
        { evidence, remedy },
      ),
    ];
  }
  if (remote === undefined || entries.some(({ dst }) => dst === remote)) return [];
  return [
    suspect(
      own,
      'FLANNEL_FDB_WRONG',
      'WARNING',
      `Node ${own.name} sends what is for ${to.name} (${mac}) to ${entry.dst === undefined ? 'nowhere' : formatIp(entry.dst)}; it is at ${formatIp(remote)}.`,
      { evidence: [entry.source, ...evidence], remedy },
    ),
  ];
}
