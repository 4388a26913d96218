import type { Suspicion } from '@skoop/core';
import { describeWay, ipCommand, routesTo, seen, suspectNode } from '@skoop/core/cni';
import { type Route, contains, formatPrefix } from '@skoop/netstack';
import { isFlannelDevice } from '../detect.ts';
import { type FlannelNode, type TunnelEnd, podCidrEvidence } from '../flannel-node.ts';
import type { NodeView } from './view.ts';

/** Backends that leave routes to the cloud or to commands of the user's: what can be told of them from the node. */
export function checkOthersRoutes(view: NodeView): readonly Suspicion[] {
  const { own, ns, settings } = view;
  if (!own.registered || !seen(ns, 'routes')) return [];
  const ends = view.peers
    .filter((peer) => peer.registered && peer.backend === own.backend)
    .flatMap((peer) => peer.ends.filter(({ family }) => own.ends.some((end) => end.family === family)).map((end) => ({ peer, end })));
  switch (settings.backend) {
    case 'alloc':
    case 'tencent-vpc':
      return ends.flatMap(({ peer, end }) => leftover(view, peer, end));
    case 'extension':
      return unrouted(view, ends);
    default:
      return [];
  }
}

/** A tunnel of another backend's, from a day before, shadows the cloud's way. */
function leftover({ own, ns, settings }: NodeView, peer: FlannelNode, { family, podCidr }: TunnelEnd): readonly Suspicion[] {
  const destination = formatPrefix(podCidr);
  return routesTo(ns.routes, podCidr)
    .filter(({ nexthops }) => nexthops.some(({ dev }) => dev !== undefined && isFlannelDevice(dev)))
    .map((route) =>
      suspectNode(
        own,
        'FLANNEL_ROUTE_WRONG',
        'WARNING',
        `Node ${own.name} sends what is for ${destination}, the pods of ${peer.name}, ${describeWay(route)}: a tunnel of another backend's. With ${settings.backend ?? ''} the cloud routes it.`,
        {
          evidence: [route.source, podCidrEvidence(peer)],
          remedy: `${ipCommand(family)} route del ${destination} on ${own.name}, and ip link del what is left of the tunnel`,
        },
      ),
    );
}

/** The user's command made a route to some nodes' pods, and none to others'. Where there are none at all, it does without. */
function unrouted(view: NodeView, ends: readonly { readonly peer: FlannelNode; readonly end: TunnelEnd }[]): readonly Suspicion[] {
  const { own, ns, agent } = view;
  const isRouted = ({ end }: (typeof ends)[number]): boolean => ns.routes.some((route) => leadsTo(route, end));
  const lacking = ends.filter((one) => !isRouted(one));
  if (lacking.length === ends.length) return [];
  return lacking.map(({ peer, end }) =>
    suspectNode(
      own,
      'FLANNEL_ROUTE_MISSING',
      'WARNING',
      `Node ${own.name} has no route to ${formatPrefix(end.podCidr)}, the pods of ${peer.name}, and has one to those of others: the command that makes them (SubnetAddCommand) has not run for it, or failed.`,
      {
        evidence: [podCidrEvidence(peer)],
        remedy: `see the log of flanneld on ${own.name} for what the command said; then ${agent.restart}`,
      },
    ),
  );
}

/** Another one than the default route, in any table. */
function leadsTo({ family, type, destination }: Route, end: TunnelEnd): boolean {
  return family === end.family && type === 'unicast' && destination.length !== 0 && contains(destination, end.podCidr.address);
}
