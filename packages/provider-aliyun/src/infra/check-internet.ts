import type { NetNode } from '@skoop/core';
import { Protocol, familyOf, formatIp } from '@skoop/netstack';
import type { Flow } from '../judge/flow.ts';
import { readEip } from '../model/eip.ts';
import { hasIpv4Gateway, readIpv6Addresses } from '../model/gateways.ts';
import type { PublicAddress } from '../model/interface.ts';
import { readNatGateways, readSnatEntries, snatFor } from '../model/nat.ts';
import type { RouteEntry } from '../model/route-table.ts';
import {
  eipUnusable,
  gatewayRouteMissing,
  ipv6NotPublic,
  mailBlocked,
  natDown,
  noPublicWay,
  selfMadeGateway,
  snatMissing,
  snatUnbound,
} from '../say/internet.ts';
import { routeGone, routeTransit, routeUnclear } from '../say/routes.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, remark, unclear } from './finding.ts';
import { type Routing, type Way, routeOf } from './next-hop.ts';
import type { Place } from './place.ts';
import { publicAddressOf } from './public-address.ts';

/** What becomes of a packet for the Internet, and by what it leaves. */
export interface Leaving {
  readonly findings: readonly Finding[];
  readonly hops: readonly NetNode[];
}

/** The way of a node's packet to the Internet. Rejects with ReadFailure. */
export async function checkInternet(cloud: Cloud, place: Place, flow: Flow): Promise<Leaving> {
  const mail = flow.protocol === Protocol.TCP && flow.dport === 25 ? [unclear(mailBlocked(place, flow.dst))] : [];
  const left = familyOf(flow.dst) === 6 ? await leaveBy6(cloud, place, flow) : await leaveBy4(cloud, place, flow);
  return { ...left, findings: [...mail, ...left.findings] };
}

async function leaveBy4(cloud: Cloud, place: Place, flow: Flow): Promise<Leaving> {
  const { region, instance } = place;
  const bound = publicAddressOf(place, flow.src);
  const [isGated, routing] = await Promise.all([hasIpv4Gateway(cloud.reader, region, instance.vpc), routeOf(cloud, place, flow.dst)]);
  // Without a gateway of that kind a public address needs no route.
  if (bound !== undefined && !isGated) return leaveByAddress(cloud, place, bound);
  if (routing.kind === 'stuck') {
    if (bound !== undefined) return withAddress(await leaveByAddress(cloud, place, bound), [remark(gatewayRouteMissing(place, flow.dst))]);
    const isMissing = routing.findings.every(({ outcome }) => outcome === 'drop');
    return { findings: isMissing ? [drops(noPublicWay(place, flow.src, flow.dst, undefined))] : routing.findings, hops: [] };
  }
  return everyWay(routing, (way) => leaveByRoute(cloud, place, flow, routing.entry, way, bound));
}

async function leaveByRoute(
  cloud: Cloud,
  place: Place,
  flow: Flow,
  entry: RouteEntry,
  way: Way,
  bound: PublicAddress | undefined,
): Promise<Leaving> {
  switch (way.kind) {
    case 'nat':
      return leaveByNat(cloud, place, flow, entry, way.hop.id);
    case 'ipv4-gateway':
      return bound === undefined
        ? { findings: [drops(noPublicWay(place, flow.src, flow.dst, entry))], hops: [] }
        : leaveByAddress(cloud, place, bound);
    case 'ipv6-gateway':
      return { findings: [], hops: [{ type: 'ipv6-gateway', id: way.hop.id }] };
    case 'eni':
      return {
        findings: [unclear(selfMadeGateway(place, flow.dst, entry))],
        hops: [{ type: 'ecs', id: way.eni.instance === '' ? way.eni.id : way.eni.instance }],
      };
    case 'transit':
      return {
        findings: [unclear(routeTransit(place, flow.dst, entry, way.hop))],
        hops: [{ type: 'transit', id: way.hop.id || way.hop.type }],
      };
    case 'endpoint':
      return { findings: [], hops: [{ type: 'endpoint', id: way.hop.id }] };
    case 'gone':
      return { findings: [drops(routeGone(place, flow.dst, entry, way.hop))], hops: [] };
    case 'local':
      return { findings: [], hops: [] };
    case 'strange':
      return { findings: [unclear(routeUnclear(place, flow.dst, entry, `the next hop "${way.hop.type}"`))], hops: [] };
    default:
      return way satisfies never;
  }
}

/** Several next hops share the conversations: all have to carry. */
async function everyWay({ ways }: Extract<Routing, { kind: 'routed' }>, leave: (way: Way) => Promise<Leaving>): Promise<Leaving> {
  const all = await Promise.all(ways.map(leave));
  const isLost = ({ findings }: Leaving): boolean => findings.some(({ outcome }) => outcome === 'drop');
  const someOnly = all.some(isLost) && !all.every(isLost);
  return {
    findings: all.flatMap(({ findings }) =>
      someOnly
        ? findings.map((found) =>
            found.outcome === 'drop'
              ? remark({ ...found.suspicion, level: 'CRITICAL', message: `On some ways: ${found.suspicion.message}` })
              : found,
          )
        : findings,
    ),
    hops: all[0]?.hops ?? [],
  };
}

async function leaveByAddress(cloud: Cloud, place: Place, bound: PublicAddress): Promise<Leaving> {
  const hops: readonly NetNode[] = [{ type: 'eip', id: bound.allocation || formatIp(bound.address), label: formatIp(bound.address) }];
  return { findings: await checkEip(cloud, place, bound), hops };
}

function withAddress(left: Leaving, more: readonly Finding[]): Leaving {
  return { ...left, findings: [...left.findings, ...more] };
}

/** A fixed address has no state of its own. */
export async function checkEip({ reader }: Cloud, place: Place, { allocation }: PublicAddress): Promise<readonly Finding[]> {
  if (allocation === '') return [];
  const eip = await readEip(reader, place.region, allocation);
  const isUsable = eip?.status === 'InUse' && (eip.business === 'Normal' || eip.business === '') && eip.locks.length === 0;
  return isUsable ? [] : [drops(eipUnusable(place, allocation, eip))];
}

async function leaveByNat({ reader }: Cloud, place: Place, flow: Flow, entry: RouteEntry, id: string): Promise<Leaving> {
  const { region, instance, eni, vSwitch } = place;
  const gateway = (await readNatGateways(reader, region, instance.vpc)).find((candidate) => candidate.id === id);
  const hop: NetNode = { type: 'nat-gateway', id };
  if (gateway?.status !== 'Available' || (gateway.business !== 'Normal' && gateway.business !== ''))
    return { findings: [drops(natDown(gateway, id, entry))], hops: [hop] };
  const entries = await readSnatEntries(reader, region, id);
  const found = snatFor(entries, { address: flow.src, eni: eni.id, vSwitch: vSwitch.id });
  if (found === undefined) return { findings: [drops(snatMissing(place, flow.src, gateway, entries))], hops: [hop] };
  const usable = found.addresses.filter((address) => gateway.addresses.includes(address));
  const label = found.addresses.map(formatIp).join(', ');
  return {
    // Those of a VPC NAT are taken from a network of its own.
    findings: usable.length === 0 && gateway.network === 'internet' ? [drops(snatUnbound(gateway, found))] : [],
    hops: [{ ...hop, label }],
  };
}

async function leaveBy6(cloud: Cloud, place: Place, flow: Flow): Promise<Leaving> {
  const { region, instance } = place;
  const [addresses, routing] = await Promise.all([readIpv6Addresses(cloud.reader, region, instance.vpc), routeOf(cloud, place, flow.dst)]);
  if (routing.kind === 'stuck') return { findings: routing.findings, hops: [] };
  const own = addresses.find(({ address }) => address === flow.src);
  const findings = own?.isPublic === true ? [] : [drops(ipv6NotPublic(place, flow.src))];
  const left = await everyWay(routing, (way) => leaveByRoute(cloud, place, flow, routing.entry, way, undefined));
  return withAddress(left, findings);
}
