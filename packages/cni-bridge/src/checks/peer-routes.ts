import type { Cluster, Node, Suspicion } from '@skoop/core';
import { type ExpectedRoute, checkRoute, nodeField, otherNodes, rootOf, seen } from '@skoop/core/cni';
import { type NetworkNamespace, type Prefix, type Route, contains, familyOf, parseIp, parsePrefix } from '@skoop/netstack';
import type { Settings } from '../settings.ts';

const CODES = { missing: 'BRIDGE_ROUTE_MISSING', wrong: 'BRIDGE_ROUTE_WRONG' };

/**
 * Routes to the pods of the other nodes, by their addresses. kindnet makes them. Of another network they are expected only where some node
 * has such a route: a cloud's table, or an overlay, may do without.
 */
export function checkPeerRoutes(cluster: Cluster, { network, name }: Settings, node: Node, root: NetworkNamespace): readonly Suspicion[] {
  if (network === 'foreign' || !seen(root, 'routes', 'links')) return [];
  if (network !== 'kindnet' && !routesNodes(cluster)) return [];
  const restart =
    network === 'kindnet'
      ? `restart kindnet's pod on ${node.metadata.name}`
      : 'let whatever makes these routes (an agent, a cloud, a network configuration) make it again';
  return peersOf(cluster, node)
    .filter(({ destination }) => !isCovered(root, destination))
    .flatMap((expected) => checkRoute(root, node.metadata, expected, CODES, { network: name ?? 'the network', restart }));
}

/** A route to the whole of several nodes' pods (a summary, a tunnel's) leads to them as well. */
function isCovered(root: NetworkNamespace, destination: Prefix): boolean {
  return root.routes.some((route) => {
    const length = route.destination.length ?? 0;
    const isSummary = length > 0 && length < (destination.length ?? 0);
    return route.table === 'main' && route.type === 'unicast' && isSummary && contains(route.destination, destination.address);
  });
}

function peersOf(cluster: Cluster, { metadata }: Node): readonly ExpectedRoute[] {
  return otherNodes(cluster, metadata.name).flatMap((other) =>
    other.spec.podCIDRs.flatMap((text) => {
      const destination = parsePrefix(text);
      const family = destination === undefined ? undefined : familyOf(destination.address);
      const addresses = other.status.addresses
        .filter(({ type }) => type === 'InternalIP')
        .flatMap(({ address }) => parseIp(address) ?? [])
        .filter((address) => familyOf(address) === family);
      if (destination === undefined || family === undefined || addresses.length === 0) return [];
      return [
        {
          family,
          destination,
          whose: `the pods of ${other.metadata.name}`,
          forms: addresses.map((via) => ({ via, dev: undefined, onlink: false })),
          evidence: [
            nodeField(other, '/spec/podCIDRs', other.spec.podCIDRs),
            nodeField(other, '/status/addresses', other.status.addresses),
          ],
        },
      ];
    }),
  );
}

/** Has any node that was collected a route to exactly another one's pod network, by its address? */
function routesNodes(cluster: Cluster): boolean {
  return [...cluster.hosts].some(([name, state]) => {
    const root = state.kind === 'dumped' ? rootOf(state.host) : undefined;
    const node = cluster.nodes.find(({ metadata }) => metadata.name === name);
    if (root === undefined || node === undefined) return false;
    return peersOf(cluster, node).some((expected) => root.routes.some((route) => leadsTo(route, expected)));
  });
}

function leadsTo(route: Route, { destination, forms }: ExpectedRoute): boolean {
  return (
    route.destination.address === destination.address &&
    route.destination.length === destination.length &&
    route.nexthops.some(({ via }) => via !== undefined && forms.some((form) => form.via === via))
  );
}
