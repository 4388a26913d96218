import type { Evidence, Suspicion } from '@skoop/core';
import { type Prefix, type Route, contains, familyOf, formatIp, formatPrefix, parsePrefix } from '@skoop/netstack';
import type { ExpectedRoute } from '../expectations.ts';
import { annotationEvidence, podCidrEvidence, readNode } from '../flannel-node.ts';
import { type NodeView, ip, restart, seen, suspect } from './view.ts';

/** The route to another node's pods (or, for some backends, to all). */
export function checkRoute(view: NodeView, expected: ExpectedRoute): readonly Suspicion[] {
  const { own, ns } = view;
  if (!seen(ns, 'routes') || !own.registered) return [];
  const whose = expected.to === undefined ? 'the pods of other nodes' : `the pods of ${expected.to.name}`;
  const right = commandOf(expected);
  const evidence: readonly Evidence[] =
    expected.to === undefined ? [] : [podCidrEvidence(expected.to), annotationEvidence(expected.to, 'public-ip', expected.family)];
  const [found] = routesTo(ns.routes, expected.destination);
  if (found === undefined)
    return [
      suspect(
        own,
        'FLANNEL_ROUTE_MISSING',
        'WARNING',
        `Node ${own.name} has no route to ${formatPrefix(expected.destination)}, ${whose}.`,
        {
          evidence,
          remedy: remedy(view, expected, right),
        },
      ),
    ];
  if (
    found.type === 'unicast' &&
    found.nexthops.some((hop) =>
      expected.forms.some((form) => (form.via === undefined || hop.via === form.via) && (form.dev === undefined || hop.dev === form.dev)),
    )
  )
    return [];
  return [
    suspect(
      own,
      'FLANNEL_ROUTE_WRONG',
      'WARNING',
      `Node ${own.name} sends what is for ${formatPrefix(expected.destination)}, ${whose}, ${wayOf(found)}; flannel's route is ${right}.`,
      {
        evidence: [found.source, ...evidence],
        remedy: remedy(view, expected, right),
      },
    ),
  ];
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
      suspect(own, 'FLANNEL_ROUTE_STALE', 'INFO', `Node ${own.name} has a route to ${destination}, which is no node's pod network.`, {
        evidence: [route.source],
        remedy: `${ip(route.family)} route del ${destination} on ${own.name}`,
      }),
    ];
  });
}

/** The route that the kernel would take first, of those to exactly that network. */
export function routesTo(routes: readonly Route[], destination: Prefix): readonly Route[] {
  return routes
    .filter(
      (route) =>
        route.table === 'main' && route.destination.address === destination.address && route.destination.length === destination.length,
    )
    .sort((a, b) => a.metric - b.metric);
}

function commandOf({ family, destination, forms }: ExpectedRoute): string {
  const [form] = forms;
  const via = form?.via === undefined ? '' : ` via ${formatIp(form.via)}`;
  const dev = form?.dev === undefined ? '' : ` dev ${form.dev}`;
  return `${formatPrefix(destination)}${via}${dev}${family === 6 ? ' metric 1024' : ''}${form?.onlink === true ? ' onlink' : ''}`;
}

function wayOf(route: Route): string {
  if (route.type !== 'unicast') return `nowhere (${route.type})`;
  return route.nexthops
    .map(({ via, dev }) =>
      [via === undefined ? '' : `via ${formatIp(via)}`, dev === undefined ? '' : `by ${dev}`].filter((part) => part !== '').join(' '),
    )
    .join(', ');
}

function remedy(view: NodeView, { family }: ExpectedRoute, right: string): string {
  return `${ip(family)} route replace ${right} on ${view.own.name}, or ${restart(view)}`;
}
