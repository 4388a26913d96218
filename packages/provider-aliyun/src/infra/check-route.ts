import type { Flow } from '../judge/flow.ts';
import { routeGone, routePartlyWrong, routeTransit, routeUnclear, routeWrong } from '../say/routes.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, remark, unclear } from './finding.ts';
import { type Routing, type Way, routeOf } from './next-hop.ts';
import type { Place } from './place.ts';

/** Does the VPC carry a packet from one node's interface to another's? */
export async function checkRoute(cloud: Cloud, from: Place, flow: Flow, to: Place): Promise<readonly Finding[]> {
  // Frames for a neighbour on the same wire ask no route table.
  const isNeighbour = from.vSwitch.id === to.vSwitch.id && to.eni.addresses.some(({ address }) => address === flow.dst);
  if (isNeighbour) return [];
  const routing = await routeOf(cloud, from, flow.dst);
  if (routing.kind === 'stuck') return routing.findings;
  const findings = routing.ways.map((way) => leadsTo(from, flow, to, routing, way));
  const bad = findings.filter((found): found is Finding => found?.outcome === 'drop');
  // Several next hops share the conversations.
  if (bad.length > 0 && bad.length < findings.length)
    return [remark(routePartlyWrong(from, flow.dst, routing.entry, whereTo(routing.ways[findings.indexOf(bad[0])]), nameOf(to)))];
  return findings.flatMap((found) => found ?? []);
}

function leadsTo(from: Place, { dst }: Flow, to: Place, { entry }: Extract<Routing, { kind: 'routed' }>, way: Way): Finding | undefined {
  switch (way.kind) {
    case 'eni':
      if (way.eni.instance === to.instance.id) return undefined;
      return drops(routeWrong(from, dst, entry, whereTo(way), nameOf(to)));
    case 'local':
      return drops(routeWrong(from, dst, entry, 'the VPC, where no interface has that address', nameOf(to)));
    case 'gone':
      return drops(routeGone(from, dst, entry, way.hop));
    case 'nat':
    case 'ipv4-gateway':
    case 'ipv6-gateway':
    case 'endpoint':
      return drops(routeWrong(from, dst, entry, whereTo(way), nameOf(to)));
    case 'transit':
      return unclear(routeTransit(from, dst, entry, way.hop));
    case 'strange':
      return unclear(routeUnclear(from, dst, entry, `the next hop "${way.hop.type}"`));
    default:
      return way satisfies never;
  }
}

function nameOf({ node, instance }: Place): string {
  return `node ${node.metadata.name} (${instance.id})`;
}

function whereTo(way: Way | undefined): string {
  if (way === undefined) return 'nowhere';
  if (way.kind === 'eni') return way.eni.instance === '' ? way.eni.id : way.eni.instance;
  return way.kind === 'local' ? 'an address that no interface has' : `${way.hop.type} ${way.hop.id}`;
}
