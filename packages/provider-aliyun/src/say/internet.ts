import type { Suspicion } from '@skoop/core';
import { type Ip, formatIp } from '@skoop/netstack';
import type { Place } from '../infra/place.ts';
import type { Eip } from '../model/eip.ts';
import type { NatGateway, SnatEntry } from '../model/nat.ts';
import type { RouteEntry } from '../model/route-table.ts';
import { evidenceOfRoute, spokenEntry } from './routes.ts';

const whose = ({ node, instance }: Place): string => `node ${node.metadata.name} (${instance.id})`;

/** No address of the Internet, and no gateway that would lend one. */
export function noPublicWay(place: Place, src: Ip, dst: Ip, entry: RouteEntry | undefined): Suspicion {
  const { vSwitch, instance, region } = place;
  return {
    code: 'ALIYUN_NO_INTERNET',
    level: 'FATAL',
    on: { type: 'ecs', id: instance.id },
    message: `${formatIp(src)} has no way to ${formatIp(dst)} from ${whose(place)}: ${
      entry === undefined
        ? `route table ${vSwitch.routeTable} has none, and no public address stands for ${formatIp(src)}`
        : `no public address stands for ${formatIp(src)}, which ${spokenEntry(entry)} needs`
    }`,
    evidence:
      entry === undefined
        ? [{ object: { kind: 'VSwitch', name: vSwitch.id }, path: '/RouteTable/RouteTableId', value: vSwitch.routeTable }]
        : [evidenceOfRoute(entry)],
    remedy: `A NAT gateway with an SNAT entry for ${vSwitch.id} serves all nodes and pods: aliyun vpc CreateNatGateway, CreateSnatEntry; or bind an EIP: aliyun vpc AssociateEipAddress --RegionId ${region} --AllocationId EIP --InstanceId ${instance.id}`,
  };
}

export function eipUnusable(place: Place, id: string, eip: Eip | undefined): Suspicion {
  const why =
    eip === undefined ? 'is not there' : eip.locks.length > 0 ? `is locked (${eip.locks.join(', ')})` : `is ${eip.status}, ${eip.business}`;
  return {
    code: 'ALIYUN_EIP_UNUSABLE',
    level: 'FATAL',
    on: { type: 'eip', id },
    message: `The EIP ${id} of ${whose(place)} ${why}: it carries nothing`,
    evidence: eip === undefined ? [] : [{ object: { kind: 'EipAddress', name: id }, path: '', value: eip.raw }],
    remedy: 'The console tells under VPC > EIPs what it needs: an unpaid bill, as a rule.',
  };
}

export function natDown(gateway: NatGateway | undefined, id: string, entry: RouteEntry): Suspicion {
  return {
    code: 'ALIYUN_NAT_DOWN',
    level: 'FATAL',
    on: { type: 'nat-gateway', id },
    message:
      gateway === undefined
        ? `The NAT gateway ${id} that route table ${entry.table} names is not there`
        : `The NAT gateway ${id} is ${gateway.status}, ${gateway.business}: it carries nothing`,
    evidence: [evidenceOfRoute(entry)],
    remedy: `The console tells under VPC > NAT Gateways > ${id} what it needs.`,
  };
}

export function snatMissing(place: Place, src: Ip, gateway: NatGateway, entries: readonly SnatEntry[]): Suspicion {
  const { region, vSwitch } = place;
  return {
    code: 'ALIYUN_SNAT_MISSING',
    level: 'FATAL',
    on: { type: 'nat-gateway', id: gateway.id },
    message: `NAT gateway ${gateway.id} has no SNAT entry for ${formatIp(src)} of ${whose(place)} in ${vSwitch.id}: it does not send the packet out`,
    evidence: [{ object: { kind: 'NatGateway', name: gateway.id }, path: '/SnatTableEntries', value: entries.map(({ raw }) => raw) }],
    remedy: `aliyun vpc CreateSnatEntry --RegionId ${region} --SnatTableId TABLE --SourceVSwitchId ${vSwitch.id} --SnatIp ADDRESS (of a pod network: --SourceCIDR)`,
  };
}

export function snatUnbound(gateway: NatGateway, entry: SnatEntry): Suspicion {
  return {
    code: 'ALIYUN_SNAT_UNBOUND',
    level: 'FATAL',
    on: { type: 'nat-gateway', id: gateway.id },
    message: `The SNAT entry ${entry.id} of NAT gateway ${gateway.id} hides senders behind ${entry.addresses.map(formatIp).join(', ')}, and none of these is bound to the gateway`,
    evidence: [{ object: { kind: 'SnatEntry', name: entry.id }, path: '', value: entry.raw }],
    remedy: `Bind the address again: aliyun vpc AssociateEipAddress --AllocationId EIP --InstanceType Nat --InstanceId ${gateway.id}`,
  };
}

/** Somebody's own gateway: an instance that forwards. */
export function selfMadeGateway(place: Place, dst: Ip, entry: RouteEntry): Suspicion {
  return {
    code: 'ALIYUN_TRANSIT_UNSEEN',
    level: 'INFO',
    on: { type: 'route-table', id: entry.table },
    message: `What ${whose(place)} has for ${formatIp(dst)} goes through an instance that is to send it on (${spokenEntry(entry)}): what it does was not looked at`,
    evidence: [evidenceOfRoute(entry)],
    remedy: 'Look there: ip_forward, its masquerade rules, its own public address.',
  };
}

export function mailBlocked(place: Place, dst: Ip): Suspicion {
  return {
    code: 'ALIYUN_PORT_25',
    level: 'WARNING',
    on: { type: 'ecs', id: place.instance.id },
    message: `Alibaba Cloud blocks TCP port 25 to the Internet (${formatIp(dst)}), unless that was lifted for the account; the API does not tell`,
    evidence: [],
    remedy: 'Send mail by port 465 or 587, or apply for port 25 in the console (Security Control).',
  };
}

/** The answer of the outside will be dropped. Not asked about, and certain. */
export function answersLost(lost: Suspicion): Suspicion {
  return { ...lost, level: 'CRITICAL', message: `The answer will not come back: ${lost.message}` };
}

export function gatewayRouteMissing(place: Place, dst: Ip): Suspicion {
  const { vSwitch } = place;
  return {
    code: 'ALIYUN_IPV4_GATEWAY_ROUTE',
    level: 'WARNING',
    on: { type: 'route-table', id: vSwitch.routeTable },
    message: `The VPC has an IPv4 gateway, and route table ${vSwitch.routeTable} has no route to it for ${formatIp(dst)}: the public address of ${whose(place)} may carry nothing`,
    evidence: [{ object: { kind: 'VSwitch', name: vSwitch.id }, path: '/RouteTable/RouteTableId', value: vSwitch.routeTable }],
    remedy: `aliyun vpc CreateRouteEntry --RouteTableId ${vSwitch.routeTable} --DestinationCidrBlock 0.0.0.0/0 --NextHopType Ipv4Gateway --NextHopId GATEWAY`,
  };
}

export function ipv6NotPublic(place: Place, address: Ip): Suspicion {
  return {
    code: 'ALIYUN_IPV6_NOT_PUBLIC',
    level: 'FATAL',
    on: { type: 'ecs', id: place.instance.id },
    message: `${formatIp(address)} of ${whose(place)} has no bandwidth to the Internet: it is reached inside of the VPC alone`,
    evidence: [{ object: { kind: 'Ipv6Address', name: formatIp(address) }, path: '/Ipv6InternetBandwidth', value: null }],
    remedy: 'aliyun vpc AllocateIpv6InternetBandwidth --Ipv6GatewayId GATEWAY --Ipv6AddressId ADDRESS --Bandwidth 10',
  };
}

export function egressOnly(place: Place, address: Ip): Suspicion {
  return {
    code: 'ALIYUN_IPV6_EGRESS_ONLY',
    level: 'FATAL',
    on: { type: 'ecs', id: place.instance.id },
    message: `${formatIp(address)} of ${whose(place)} has an egress-only rule: nobody in the Internet may begin to speak to it`,
    evidence: [{ object: { kind: 'Ipv6EgressOnlyRule', name: formatIp(address) }, path: '/InstanceId', value: formatIp(address) }],
    remedy: 'aliyun vpc DeleteIpv6EgressOnlyRule --Ipv6EgressOnlyRuleId RULE, if it is to be reached.',
  };
}

/** A private address is not reached from the Internet; by what else it is reached was not looked at. */
export function arrivalUnseen(place: Place, src: Ip, dst: Ip, isPublicSource: boolean): Suspicion {
  return {
    code: 'ALIYUN_ARRIVAL_UNSEEN',
    level: 'INFO',
    on: { type: 'ecs', id: place.instance.id },
    message: isPublicSource
      ? `${formatIp(dst)} is a private address: from the Internet nobody reaches it; by a VPN, a leased line or a transit router the packet may have come, and that was not looked at`
      : `How ${formatIp(src)} reaches the VPC (a transit router, a VPN, a leased line) was not looked at`,
    evidence: [],
    remedy: isPublicSource ? 'From the Internet, ask for the public address of the node or of the load balancer.' : '',
  };
}
