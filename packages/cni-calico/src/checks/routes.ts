import type { Suspicion } from '@skoop/core';
import { type RouteCodes, checkRoute as checkAnyRoute, ipCommand, routesTo, seen, suspectNode } from '@skoop/core/cni';
import { type Route, formatPrefix, hostPrefix } from '@skoop/netstack';
import type { CalicoRoute } from '../expectations.ts';
import { poolOf } from '../objects.ts';
import type { NodeView } from './view.ts';

const CODES: RouteCodes = { missing: 'CALICO_ROUTE_MISSING', wrong: 'CALICO_ROUTE_WRONG' };

/** The route to a block of another node, or to an address that it has borrowed. */
export function checkRoute({ own, ns, agent }: NodeView, expected: CalicoRoute): readonly Suspicion[] {
  return checkAnyRoute(ns, own, expected, CODES, agent);
}

/** What BIRD and Felix write. */
const WRITERS: readonly string[] = ['bird', '80'];

/** Routes of Calico's to what nobody has any more. They do no harm until somebody gets it. */
export function checkStaleRoutes({ cluster, own, ns, pools, blocks, borrowed, agent }: NodeView): readonly Suspicion[] {
  if (blocks === undefined || blocks.length === 0) return [];
  const known = new Map(blocks.map((block) => [formatPrefix(block.cidr), block]));
  const others = new Set(borrowed.map(({ address }) => formatPrefix(hostPrefix(address))));
  const nodes = new Set(cluster.nodes.map(({ metadata }) => metadata.name));
  return ns.routes.flatMap((route) => {
    const destination = formatPrefix(route.destination);
    if (!isRemote(route) || others.has(destination) || poolOf(pools, route.destination.address) === undefined) return [];
    // A whole pool, or more, is not Calico's way of writing: somebody wants it so.
    if (pools.some(({ cidr }) => (cidr.length ?? 0) >= (route.destination.length ?? 0))) return [];
    const block = known.get(destination);
    if (block !== undefined && nodes.has(block.node)) return [];
    const message =
      block === undefined
        ? `Node ${own.name} has a route to ${destination}, which is no node's block.`
        : `Node ${own.name} has a route to ${destination}, a block of ${block.node}, and there is no such node.`;
    const remedy =
      block === undefined
        ? `${ipCommand(route.family)} route del ${destination} on ${own.name}, or ${agent.restart}`
        : `see that calico-kube-controllers runs, which gives back what a deleted node had; calicoctl ipam check shows what is left`;
    const evidence = [route.source, ...(block === undefined ? [] : [block.evidence])];
    return [suspectNode(own, 'CALICO_ROUTE_STALE', 'INFO', message, { evidence, remedy })];
  });
}

/** Written by Calico, in the main table, to another node. */
function isRemote(route: Route): boolean {
  return (
    route.table === 'main' &&
    route.type === 'unicast' &&
    WRITERS.includes(route.protocol) &&
    route.nexthops.some(({ via }) => via !== undefined)
  );
}

/** Without them what is for an address of the node that no pod has leaves by the default route, and may come back. */
export function checkBlackholes({ own, ns, expected, agent }: NodeView): readonly Suspicion[] {
  if (!seen(ns, 'routes')) return [];
  return expected.blackholes.flatMap(({ cidr, evidence }) => {
    if (routesTo(ns.routes, cidr).length > 0) return [];
    const message = `Node ${own.name} has no blackhole route for its own block ${formatPrefix(cidr)}: what is for an address of it that no pod has leaves the node again.`;
    return [suspectNode(own, 'CALICO_BLACKHOLE_MISSING', 'INFO', message, { evidence: [evidence], remedy: agent.restart })];
  });
}
