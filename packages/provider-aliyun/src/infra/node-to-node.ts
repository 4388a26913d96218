import type { InfraOptions, InfraResult, NetNode, Node, Packet } from '@skoop/core';
import { flowOf, isAnswer } from '../judge/flow.ts';
import { checkAcl } from './check-acl.ts';
import { checkGroups, type Guarded } from './check-groups.ts';
import { checkAddress, checkInstance } from './check-instance.ts';
import { checkRoute } from './check-route.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, attempt, conclude } from './finding.ts';
import { type Place, placeOf } from './place.ts';

/** A packet from one node to another, as the cloud sees it: a tunnel's outer one. */
export async function nodeToNode(cloud: Cloud, src: Node, dst: Node, packet: Packet, { direction }: InfraOptions): Promise<InfraResult> {
  const flow = flowOf(packet);
  if (flow === undefined) return { outcome: 'unknown', suspicions: [] };
  let places: readonly (Place | undefined)[] = [];
  const placed = await attempt(async () => {
    const results = await Promise.all([placeOf(cloud, src, flow.src), placeOf(cloud, dst, flow.dst)]);
    places = results.map((result) => (result.kind === 'place' ? result.place : undefined));
    return results.flatMap((result) => (result.kind === 'none' ? result.findings : []));
  });
  const [from, to] = places;
  const isNew = !isAnswer(direction, packet);
  const isInside = from !== undefined && from.vSwitch.id === to?.vSwitch.id;
  const looks: Promise<readonly Finding[]>[] = [];
  if (from !== undefined) {
    const { region, vSwitch } = from;
    looks.push(Promise.resolve([...checkInstance(from), ...checkAddress(from, flow.src, 'source')]));
    if (isNew) looks.push(attempt(() => checkGroups(cloud, 'egress', guardedOf(from), flow, to?.eni)));
    looks.push(attempt(() => checkAcl(cloud, { region, vSwitch, direction: 'egress', isInside }, flow)));
    if (to !== undefined) looks.push(attempt(() => checkRoute(cloud, from, flow, to)));
  }
  if (to !== undefined) {
    const { region, vSwitch } = to;
    looks.push(Promise.resolve([...checkInstance(to), ...checkAddress(to, flow.dst, 'destination')]));
    looks.push(attempt(() => checkAcl(cloud, { region, vSwitch, direction: 'ingress', isInside }, flow)));
    if (isNew) looks.push(attempt(() => checkGroups(cloud, 'ingress', guardedOf(to), flow, from?.eni)));
  }
  return conclude([placed, ...(await Promise.all(looks))].flat(), { hops: hopsBetween(from, to) });
}

export function guardedOf({ region, eni, node, enis }: Place): Guarded {
  return { region, eni, whose: `node ${node.metadata.name}`, enis };
}

/** What is drawn between two nodes: the wire that they share, or the router of the VPC. */
function hopsBetween(from: Place | undefined, to: Place | undefined): readonly NetNode[] {
  const one = from ?? to;
  if (one === undefined) return [];
  return from?.vSwitch.id === to?.vSwitch.id ? [{ type: 'vswitch', id: one.vSwitch.id, label: one.vSwitch.zone }] : [vpcHop(one)];
}

export function vpcHop({ instance, vSwitch }: Place): NetNode {
  return { type: 'vpc', id: instance.vpc, label: vSwitch.routeTable };
}
