import type { InfraForward, InfraOptions, InfraResult, NetNode, Node, Packet } from '@skoop/core';
import { type Flow, flowOf, isAnswer, reversedFlow } from '../judge/flow.ts';
import { isPlatform, isPrivate } from '../judge/private.ts';
import { readVpc } from '../model/vpc.ts';
import { answersLost } from '../say/internet.ts';
import { routeGone, routeTransit, routeUnclear, routeWrong } from '../say/routes.ts';
import { checkArrival, nodeOfEni } from './arrive.ts';
import { checkAcl } from './check-acl.ts';
import { checkGroups } from './check-groups.ts';
import { checkAddress, checkInstance } from './check-instance.ts';
import { type Leaving, checkInternet } from './check-internet.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, attempt, conclude, drops, remark, unclear } from './finding.ts';
import { type Routing, type Way, routeOf } from './next-hop.ts';
import { guardedOf, vpcHop } from './node-to-node.ts';
import { type Place, placeOf } from './place.ts';

/**
 * A packet that no node of the cluster gets at once: one for the outside, or for a pod that the VPC's routes lead to (then it is sent on to that
 * pod's node).
 *
 * @param isBalanced it answers what a load balancer sent: no route is asked for its way back
 */
export async function nodeToExternal(
  cloud: Cloud,
  src: Node,
  packet: Packet,
  { direction }: InfraOptions,
  isBalanced = false,
): Promise<InfraResult> {
  const flow = flowOf(packet);
  if (flow === undefined) return { outcome: 'unknown', suspicions: [] };
  let from: Place | undefined;
  const placed = await attempt(async () => {
    const result = await placeOf(cloud, src, flow.src);
    if (result.kind === 'place') from = result.place;
    return result.kind === 'none' ? result.findings : [];
  });
  const place = from;
  if (place === undefined) return conclude(placed);
  const { region, vSwitch } = place;
  const isNew = !isAnswer(direction, packet);
  let onward: Onward = { findings: [], hops: [], forwards: [] };
  const looks = await Promise.all([
    isNew ? attempt(() => checkGroups(cloud, 'egress', guardedOf(place), flow, undefined)) : [],
    attempt(() => checkAcl(cloud, { region, vSwitch, direction: 'egress', isInside: false }, flow)),
    attempt(async () => {
      if (isBalanced && !isNew) return [];
      onward = await sentOn(cloud, place, flow, packet, isNew);
      return onward.findings;
    }),
  ]);
  const own = [...checkInstance(place), ...checkAddress(place, flow.src, 'source')];
  return conclude([...own, ...looks.flat()], { hops: onward.hops, forwards: onward.forwards });
}

interface Onward extends Leaving {
  readonly forwards: readonly InfraForward[];
}

async function sentOn(cloud: Cloud, place: Place, flow: Flow, packet: Packet, isNew: boolean): Promise<Onward> {
  if (isPlatform(flow.dst)) return { findings: [], hops: [], forwards: [] };
  const vpc = await readVpc(cloud.reader, place.region, place.instance.vpc);
  if (isPrivate(vpc?.networks ?? [], flow.dst)) return routed(cloud, place, flow, packet, isNew);
  // An answer goes back by the session of the gateway that its question came by.
  if (!isNew) return { findings: [], hops: [], forwards: [] };
  const [left, lost] = await Promise.all([
    checkInternet(cloud, place, flow),
    checkAcl(cloud, { region: place.region, vSwitch: place.vSwitch, direction: 'ingress', isInside: false }, reversedFlow(flow)),
  ]);
  return {
    findings: [...left.findings, ...lost.map((found) => (found.outcome === 'drop' ? remark(answersLost(found.suspicion)) : found))],
    hops: left.hops,
    forwards: [],
  };
}

/** By the VPC's routes to an interface of it, or out of it. */
async function routed(cloud: Cloud, place: Place, flow: Flow, packet: Packet, isNew: boolean): Promise<Onward> {
  const routing = await routeOf(cloud, place, flow.dst);
  if (routing.kind === 'stuck') return { findings: routing.findings, hops: [vpcHop(place)], forwards: [] };
  const ways = await Promise.all(routing.ways.map((way) => by(cloud, place, flow, packet, isNew, routing, way)));
  const isLost = ({ findings }: Onward): boolean => findings.some(({ outcome }) => outcome === 'drop');
  const someOnly = ways.some(isLost) && !ways.every(isLost);
  return {
    findings: ways.flatMap(({ findings }) =>
      someOnly
        ? findings.map((found): Finding => (found.outcome === 'drop' ? remark({ ...found.suspicion, level: 'CRITICAL' }) : found))
        : findings,
    ),
    hops: ways[0]?.hops ?? [],
    forwards: ways.flatMap(({ forwards }) => forwards.map((forward) => ({ ...forward, probability: 1 / ways.length }))),
  };
}

async function by(
  cloud: Cloud,
  place: Place,
  flow: Flow,
  packet: Packet,
  isNew: boolean,
  { entry }: Extract<Routing, { kind: 'routed' }>,
  way: Way,
): Promise<Onward> {
  const hops: readonly NetNode[] = [vpcHop(place)];
  const only = (...findings: readonly Finding[]): Onward => ({ findings, hops, forwards: [] });
  switch (way.kind) {
    case 'local':
      return only();
    case 'eni': {
      const { eni } = way;
      const node = nodeOfEni(cloud, eni);
      if (eni.instance === place.instance.id)
        return only(drops(routeWrong(place, flow.dst, entry, `${eni.instance}, which it comes from`, 'anybody else')));
      const { region, enis, vSwitches } = place;
      const findings = await checkArrival(cloud, { region, eni, enis, vSwitches, from: place.eni, isNew }, flow);
      return { findings, hops, forwards: node === undefined ? [] : [{ packet, to: node.metadata.name, probability: 1 }] };
    }
    case 'gone':
      return only(drops(routeGone(place, flow.dst, entry, way.hop)));
    case 'nat':
    case 'ipv4-gateway':
    case 'ipv6-gateway': {
      const left = await checkInternet(cloud, place, flow);
      return { ...left, forwards: [] };
    }
    case 'endpoint':
      return only();
    case 'transit':
      return {
        ...only(unclear(routeTransit(place, flow.dst, entry, way.hop))),
        hops: [{ type: 'transit', id: way.hop.id || way.hop.type }],
      };
    case 'strange':
      return only(unclear(routeUnclear(place, flow.dst, entry, `the next hop "${way.hop.type}"`)));
    default:
      return way satisfies never;
  }
}
