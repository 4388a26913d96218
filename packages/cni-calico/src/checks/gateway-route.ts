import type { Suspicion } from '@skoop/core';
import { hasPods, seen, suspectNode } from '@skoop/core/cni';
import { contains, parseIp } from '@skoop/netstack';
import { annotationEvidence, endOf } from '../calico-node.ts';
import { GATEWAY } from '../workload.ts';
import type { NodeView } from './view.ts';

/** The kernel answers for an address (proxy ARP) only if it would route there: for the pods' gateway that takes a default route. */
export function checkGatewayRoute({ cluster, own, ns }: NodeView): readonly Suspicion[] {
  const gateway = parseIp(GATEWAY);
  if (gateway === undefined || endOf(own, 4) === undefined || !hasPods(cluster, own.name) || !seen(ns, 'routes')) return [];
  const isRouted = ns.routes.some(
    (route) => route.family === 4 && route.type === 'unicast' && route.table !== 'local' && contains(route.destination, gateway),
  );
  if (isRouted) return [];
  const message = `Node ${own.name} has no route to ${GATEWAY}, the gateway of its pods (a default route is enough): it does not answer when they ask for it, and they can't send anything.`;
  const remedy = `ip route add default via GATEWAY on ${own.name}; without one, ip route add ${GATEWAY} dev lo there is enough for the answer`;
  return [suspectNode(own, 'CALICO_GATEWAY_ROUTE', 'WARNING', message, { evidence: [annotationEvidence(own, 'address')], remedy })];
}
