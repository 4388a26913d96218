import { parseIp } from '@skoop/netstack';
import { type Raw, flag, list, number, text, texts } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import type { Balancer, Listener, Server, Unwell } from './balancer.ts';
import { addressOf, parseServer } from './clb.ts';

/** By its id or its name in the DNS. `undefined`: there is none. */
export async function readNlb(
  reader: Reader,
  region: string,
  by: { readonly id: string } | { readonly name: string },
): Promise<Balancer | undefined> {
  const { items } = await reader.read('NlbListLoadBalancers', region, 'id' in by ? { LoadBalancerIds: [by.id] } : { DNSName: by.name });
  const [raw] = items;
  return raw === undefined ? undefined : parseModern('nlb', region, raw, text(raw, 'LoadBalancerBusinessStatus'));
}

/** NLB and ALB look the same but for the names of their addresses. */
export function parseModern(kind: 'nlb' | 'alb', region: string, raw: Raw, business: string): Balancer {
  const state = text(raw, 'LoadBalancerStatus');
  const zones = list(raw, 'ZoneMappings');
  const addresses = zones.flatMap((zone) => list(zone, 'LoadBalancerAddresses'));
  const isPaid = business === '' || business === 'Normal';
  return {
    kind,
    id: text(raw, 'LoadBalancerId'),
    region,
    vpc: text(raw, 'VpcId'),
    state: isPaid ? state : `${state}, ${business}`,
    isActive: state === 'Active' && isPaid,
    addresses: addresses.flatMap((entry) =>
      ['PublicIPv4Address', 'PrivateIPv4Address', 'Ipv6Address', 'Address', 'IntranetAddress'].flatMap((name) => addressOf(entry, name)),
    ),
    localAddresses: addresses.flatMap((entry) => texts(entry, 'Ipv4LocalAddresses').flatMap((address) => parseIp(address) ?? [])),
    groups: texts(raw, 'SecurityGroupIds'),
    vSwitches: zones.map((zone) => text(zone, 'VSwitchId')).filter((id) => id !== ''),
    badZones: zones
      .filter((zone) => text(zone, 'Status') !== '' && text(zone, 'Status') !== 'Active')
      .map((zone) => `${text(zone, 'ZoneId')} (${text(zone, 'Status')})`),
  };
}

export async function readNlbListeners(reader: Reader, region: string, id: string): Promise<readonly Listener[]> {
  const { items } = await reader.read('NlbListListeners', region, { LoadBalancerIds: [id] });
  return items.map((raw) => {
    const port = number(raw, 'ListenerPort') ?? 0;
    const from = number(raw, 'StartPort') ?? 0;
    const to = number(raw, 'EndPort') ?? 0;
    return {
      id: text(raw, 'ListenerId'),
      protocol: protocolOf(text(raw, 'ListenerProtocol')),
      // One for a range of ports has 0 there.
      ports: port === 0 && to > 0 ? { from, to } : { from: port, to: port },
      status: text(raw, 'ListenerStatus'),
      isRunning: text(raw, 'ListenerStatus') === 'Running',
      acl: undefined,
      servers: { kind: 'group', id: text(raw, 'ServerGroupId') },
      rules: [],
      checksHealth: undefined,
    };
  });
}

const PROTOCOLS: readonly Listener['protocol'][] = ['tcp', 'udp', 'http', 'https', 'tcpssl', 'quic'];

export function protocolOf(written: string): Listener['protocol'] {
  return PROTOCOLS.find((protocol) => protocol === written.toLowerCase()) ?? 'unknown';
}

export interface ServerGroup {
  /** Servers see the client's own address. */
  readonly preservesClient: boolean;
  readonly checksHealth: boolean;
}

/** `undefined`: there is none of that id. */
export async function readNlbServerGroup(reader: Reader, region: string, id: string): Promise<ServerGroup | undefined> {
  const { items } = await reader.read('NlbListServerGroups', region, { ServerGroupIds: [id] });
  const [raw] = items;
  if (raw === undefined) return undefined;
  return {
    preservesClient: flag(raw, 'PreserveClientIpEnabled') === true,
    checksHealth: flag(raw, 'HealthCheck.HealthCheckEnabled') !== false,
  };
}

export async function readNlbServers(reader: Reader, region: string, group: string): Promise<readonly Server[]> {
  const { items } = await reader.read('NlbListServerGroupServers', region, { ServerGroupId: group });
  return usableServers(items);
}

/** Those that are being added or removed get nothing new. */
export function usableServers(items: readonly Raw[]): readonly Server[] {
  return items.filter((raw) => text(raw, 'Status') === '' || text(raw, 'Status') === 'Available').map((raw) => parseServer(raw, undefined));
}

export async function readNlbUnwell(reader: Reader, region: string, listener: string): Promise<readonly Unwell[]> {
  const { items } = await reader.read('NlbGetListenerHealthStatus', region, { ListenerId: listener });
  return unwell(items);
}

export function unwell(items: readonly Raw[]): readonly Unwell[] {
  return items
    .flatMap((raw) => list(raw, 'ServerGroupInfos'))
    .flatMap((group) => list(group, 'NonNormalServers'))
    .filter((raw) => text(raw, 'Status') === 'Unhealthy')
    .map((raw) => ({
      id: text(raw, 'ServerId'),
      address: parseIp(text(raw, 'ServerIp')),
      port: number(raw, 'Port') ?? 0,
      why: text(raw, 'Reason.ReasonCode') || 'Unhealthy',
    }));
}
