import { type Family, type Ip, type NetworkNamespace, type Prefix, type Route, formatIp, formatPrefix } from '@skoop/netstack';
import type { Evidence } from '../contracts/evidence.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { AgentSetup } from './agent.ts';
import { seen } from './namespace.ts';
import { ipCommand, suspectNode } from './suspect.ts';

/** One way that a route may be written. `via` or `dev` undefined: whatever it is. */
export interface RouteForm {
  readonly via: Ip | undefined;
  readonly dev: string | undefined;
  readonly onlink: boolean;
}

/** A route that a network promises. */
export interface ExpectedRoute {
  readonly family: Family;
  readonly destination: Prefix;
  /** What is there: `the pods of node2`. */
  readonly whose: string;
  /** Any of them is right; the first is the one that a remedy writes. */
  readonly forms: readonly RouteForm[];
  /** What it follows from. */
  readonly evidence: readonly Evidence[];
}

export interface RouteCodes {
  readonly missing: string;
  readonly wrong: string;
}

/** The expected route is there, and it is the one that the kernel takes. */
export function checkRoute(
  ns: NetworkNamespace,
  node: { readonly name: string },
  expected: ExpectedRoute,
  codes: RouteCodes,
  agent: AgentSetup,
): readonly Suspicion[] {
  if (!seen(ns, 'routes')) return [];
  const { destination, whose, evidence } = expected;
  const right = commandOf(expected);
  const remedy = `${ipCommand(expected.family)} route replace ${right} on ${node.name}, or ${agent.restart}`;
  const [found] = routesTo(ns.routes, destination);
  if (found === undefined) {
    const message = `Node ${node.name} has no route to ${formatPrefix(destination)}, ${whose}.`;
    return [suspectNode(node, codes.missing, 'WARNING', message, { evidence, remedy })];
  }
  if (found.type === 'unicast' && expected.forms.some((form) => fits(found, form))) return [];
  const message = `Node ${node.name} sends what is for ${formatPrefix(destination)}, ${whose}, ${describeWay(found)}; ${agent.network}'s route is ${right}.`;
  return [suspectNode(node, codes.wrong, 'WARNING', message, { evidence: [found.source, ...evidence], remedy })];
}

function fits({ nexthops }: Route, { via, dev }: RouteForm): boolean {
  return nexthops.some((hop) => (via === undefined || hop.via === via) && (dev === undefined || hop.dev === dev));
}

/** The routes of table main to exactly that network; the one that the kernel takes first. */
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

/** `via 10.0.0.2 by eth0`, as a sentence has it. */
export function describeWay(route: Route): string {
  if (route.type !== 'unicast') return `nowhere (${route.type})`;
  return route.nexthops
    .map(({ via, dev }) =>
      [via === undefined ? '' : `via ${formatIp(via)}`, dev === undefined ? '' : `by ${dev}`].filter((part) => part !== '').join(' '),
    )
    .join(', ');
}
