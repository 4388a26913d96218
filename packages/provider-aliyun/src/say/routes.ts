import type { Evidence, Suspicion } from '@skoop/core';
import { type Ip, formatIp } from '@skoop/netstack';
import type { Place } from '../infra/place.ts';
import type { NextHop, RouteEntry } from '../model/route-table.ts';
import { writtenDestination } from '../model/route-table.ts';
import { hostCidr } from './words.ts';

const on = (table: string) => ({ type: 'route-table', id: table });

export function evidenceOfRoute(entry: RouteEntry): Evidence {
  return { object: { kind: 'RouteTable', name: entry.table }, path: entry.path, value: entry.raw };
}

export function spokenEntry(entry: RouteEntry): string {
  const hops = entry.hops.map(({ type, id }) => (id === '' ? type : `${type} ${id}`)).join(', ');
  return `${writtenDestination(entry)} → ${hops === '' ? 'no next hop in use' : hops}`;
}

/** The node whose pods have an address like that, and their network. */
export interface PodNetwork {
  readonly cidr: string;
  readonly instance: string;
}

export function routeMissing(
  { region, vSwitch, instance, node }: Place,
  dst: Ip,
  entries: readonly RouteEntry[],
  pods: PodNetwork | undefined,
): Suspicion {
  const { routeTable } = vSwitch;
  return {
    code: 'ALIYUN_ROUTE_MISSING',
    level: 'FATAL',
    on: on(routeTable),
    message: `Route table ${routeTable} of vSwitch ${vSwitch.id} has no way to ${formatIp(dst)}, which node ${node.metadata.name} (${instance.id}) sends to`,
    evidence:
      entries.length === 1 && entries[0] !== undefined
        ? [evidenceOfRoute(entries[0])]
        : [{ object: { kind: 'RouteTable', name: routeTable }, path: '/RouteEntrys/RouteEntry', value: entries.map(spokenEntry) }],
    remedy: `For a pod network, the cloud controller manager makes the route: kubectl describe node tells why not (NetworkUnavailable). By hand: aliyun vpc CreateRouteEntry --RegionId ${region} --RouteTableId ${routeTable} --DestinationCidrBlock ${pods?.cidr ?? hostCidr(dst)} --NextHopType Instance --NextHopId ${pods?.instance ?? 'INSTANCE'}`,
  };
}

/** The route leads somewhere else than where the address is. */
export function routeWrong(place: Place, dst: Ip, entry: RouteEntry, where: string, wanted: string): Suspicion {
  const { region, node } = place;
  return {
    code: 'ALIYUN_ROUTE_WRONG',
    level: 'FATAL',
    on: on(entry.table),
    message: `Route table ${entry.table} sends what node ${node.metadata.name} has for ${formatIp(dst)} to ${where}, and not to ${wanted} (${spokenEntry(entry)})`,
    evidence: [evidenceOfRoute(entry)],
    remedy: `aliyun vpc DeleteRouteEntry --RegionId ${region} --RouteTableId ${entry.table} --RouteEntryId ${entry.id}; the cloud controller manager makes those of pod networks anew.`,
  };
}

export function routePartlyWrong(place: Place, dst: Ip, entry: RouteEntry, where: string, wanted: string): Suspicion {
  return { ...routeWrong(place, dst, entry, where, wanted), code: 'ALIYUN_ROUTE_PARTLY_WRONG', level: 'CRITICAL' };
}

export function routeUnclear({ node }: Place, dst: Ip, entry: RouteEntry, what: string): Suspicion {
  return {
    code: 'ALIYUN_ROUTE_UNCLEAR',
    level: 'WARNING',
    on: on(entry.table),
    message: `Where route table ${entry.table} sends what node ${node.metadata.name} has for ${formatIp(dst)} can't be told: ${what} can't be read (${spokenEntry(entry)})`,
    evidence: [evidenceOfRoute(entry)],
    remedy: `aliyun vpc DescribeRouteEntryList --RouteTableId ${entry.table}`,
  };
}

/** It leads out of the VPC by something that is not looked into. */
export function routeTransit({ node }: Place, dst: Ip, entry: RouteEntry, hop: NextHop): Suspicion {
  return {
    code: 'ALIYUN_TRANSIT_UNSEEN',
    level: 'INFO',
    on: { type: 'transit', id: hop.id === '' ? hop.type : hop.id },
    message: `Route table ${entry.table} sends what node ${node.metadata.name} has for ${formatIp(dst)} to ${hop.type} ${hop.id}: what is beyond was not looked at`,
    evidence: [evidenceOfRoute(entry)],
    remedy:
      'Look there by hand: the route tables and attachments of the transit router, the tunnels of the VPN gateway, the peer of the connection.',
  };
}

/** The next hop exists no more, or has no interface here. */
export function routeGone(place: Place, dst: Ip, entry: RouteEntry, hop: NextHop): Suspicion {
  const { region } = place;
  return {
    code: 'ALIYUN_ROUTE_GONE',
    level: 'FATAL',
    on: on(entry.table),
    message: `Route table ${entry.table} sends what is for ${formatIp(dst)} to ${hop.type} ${hop.id}, which has no interface in the VPC`,
    evidence: [evidenceOfRoute(entry)],
    remedy: `aliyun vpc DeleteRouteEntry --RegionId ${region} --RouteTableId ${entry.table} --RouteEntryId ${entry.id}`,
  };
}
