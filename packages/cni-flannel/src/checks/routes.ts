import type { Suspicion } from '@skoop/core';
import { type ExpectedRoute, type RouteCodes, checkRoute as checkAnyRoute, ipCommand, suspectNode } from '@skoop/core/cni';
import { contains, familyOf, formatPrefix, parsePrefix } from '@skoop/netstack';
import { readNode } from '../flannel-node.ts';
import type { NodeView } from './view.ts';

const CODES: RouteCodes = { missing: 'FLANNEL_ROUTE_MISSING', wrong: 'FLANNEL_ROUTE_WRONG' };

/** The route to another node's pods (or, for some backends, to all). */
export function checkRoute({ own, ns, agent }: NodeView, expected: ExpectedRoute): readonly Suspicion[] {
  return own.registered ? checkAnyRoute(ns, own, expected, CODES, agent) : [];
}

/** Routes into flannel's network, by its tunnel, to what is no node's any more. They do no harm until the network is given out again. */
export function checkStaleRoutes(view: NodeView): readonly Suspicion[] {
  const { cluster, own, ns, settings, expected } = view;
  const devices = new Set(expected.devices.map(({ name }) => name));
  const networks = settings.networks.map(parsePrefix).filter((network) => network !== undefined);
  // Of a node that is just being removed as well: flanneld drops its route when it is gone.
  const owned = cluster.nodes.flatMap((node) => readNode(node).ends.map(({ podCidr }) => formatPrefix(podCidr)));
  const whole = networks.map(formatPrefix);
  return ns.routes.flatMap((route) => {
    const destination = formatPrefix(route.destination);
    const byTunnel = route.nexthops.some(({ dev, via }) => via !== undefined && dev !== undefined && devices.has(dev));
    if (route.table !== 'main' || !byTunnel || owned.includes(destination) || whole.includes(destination)) return [];
    if (!networks.some((network) => familyOf(network.address) === route.family && contains(network, route.destination.address))) return [];
    return [
      suspectNode(own, 'FLANNEL_ROUTE_STALE', 'INFO', `Node ${own.name} has a route to ${destination}, which is no node's pod network.`, {
        evidence: [route.source],
        remedy: `${ipCommand(route.family)} route del ${destination} on ${own.name}`,
      }),
    ];
  });
}
