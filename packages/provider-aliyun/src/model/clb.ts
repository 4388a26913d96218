import { type Ip, parseIp, parsePrefix } from '@skoop/netstack';
import { type Raw, list, number, text, texts } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import type { AccessList, Balancer, Listener, Server, ServerSet, Unwell } from './balancer.ts';

/** By its id or its address. `undefined`: there is none. */
export async function readClb(
  reader: Reader,
  region: string,
  by: { readonly id: string } | { readonly address: string },
): Promise<Balancer | undefined> {
  const { items } = await reader.read('DescribeLoadBalancers', region, 'id' in by ? { LoadBalancerId: by.id } : { Address: by.address });
  const [raw] = items;
  if (raw === undefined) return undefined;
  const state = text(raw, 'LoadBalancerStatus');
  return {
    kind: 'clb',
    id: text(raw, 'LoadBalancerId'),
    region,
    vpc: text(raw, 'VpcId'),
    state,
    isActive: state === 'active',
    addresses: addressOf(raw, 'Address'),
    localAddresses: [],
    groups: [],
    vSwitches: [],
    badZones: [],
  };
}

export async function readClbListeners(reader: Reader, region: string, id: string): Promise<readonly Listener[]> {
  const { items } = await reader.read('DescribeLoadBalancerListeners', region, { LoadBalancerId: [id] });
  return items.map(parseListener);
}

const PROTOCOLS: Readonly<Record<string, Listener['protocol']>> = { tcp: 'tcp', udp: 'udp', http: 'http', https: 'https' };

function parseListener(raw: Raw): Listener {
  const port = number(raw, 'ListenerPort') ?? 0;
  const protocol = PROTOCOLS[text(raw, 'ListenerProtocol').toLowerCase()] ?? 'unknown';
  const config = `${protocol.toUpperCase()}ListenerConfig`;
  const ids = texts(raw, 'AclIds');
  const single = text(raw, 'AclId');
  const type = text(raw, 'AclType').toLowerCase();
  return {
    id: `${protocol}:${String(port)}`,
    protocol,
    ports: { from: port, to: port },
    status: text(raw, 'Status'),
    isRunning: text(raw, 'Status').toLowerCase() === 'running',
    acl:
      text(raw, 'AclStatus').toLowerCase() === 'on'
        ? { type: type === 'black' ? 'black' : 'white', ids: ids.length > 0 ? ids : single === '' ? [] : [single] }
        : undefined,
    servers: serversOf(raw, config),
    rules: [],
    checksHealth: text(raw, `${config}.HealthCheck`).toLowerCase() !== 'off',
  };
}

function serversOf(raw: Raw, config: string): ServerSet {
  if (text(raw, `${config}.ListenerForward`).toLowerCase() === 'on') return { kind: 'redirect' };
  const group = text(raw, 'VServerGroupId');
  if (group !== '') return { kind: 'group', id: group };
  const pair = text(raw, `${config}.MasterSlaveServerGroupId`);
  if (pair !== '') return { kind: 'pair', id: pair };
  return { kind: 'default', port: number(raw, 'BackendServerPort') ?? 0 };
}

export async function readClbServers(reader: Reader, region: string, balancer: string, set: ServerSet): Promise<readonly Server[]> {
  switch (set.kind) {
    case 'group': {
      const { items } = await reader.read('DescribeVServerGroupAttribute', region, { VServerGroupId: set.id });
      return items.flatMap((raw) => list(raw, 'BackendServers.BackendServer').map((server) => parseServer(server, undefined)));
    }
    case 'pair': {
      const { items } = await reader.read('DescribeMasterSlaveServerGroupAttribute', region, { MasterSlaveServerGroupId: set.id });
      const servers = items.flatMap((raw) => list(raw, 'MasterSlaveBackendServers.MasterSlaveBackendServer'));
      // The one that waits gets nothing while the other is well.
      return servers.map((raw) => ({ ...parseServer(raw, undefined), weight: text(raw, 'ServerType') === 'Slave' ? 0 : 100 }));
    }
    case 'default': {
      const { items } = await reader.read('DescribeLoadBalancerAttribute', region, { LoadBalancerId: balancer });
      return items.flatMap((raw) => list(raw, 'BackendServers.BackendServer').map((server) => parseServer(server, set.port)));
    }
    case 'redirect':
      return [];
    default:
      return set satisfies never;
  }
}

export function parseServer(raw: Raw, port: number | undefined): Server {
  return {
    id: text(raw, 'ServerId'),
    address: parseIp(text(raw, 'ServerIp')),
    port: port ?? number(raw, 'Port') ?? 0,
    weight: number(raw, 'Weight') ?? 100,
  };
}

export async function readClbUnwell(reader: Reader, region: string, balancer: string, listener: Listener): Promise<readonly Unwell[]> {
  const { items } = await reader.read('DescribeHealthStatus', region, {
    LoadBalancerId: balancer,
    ListenerPort: listener.ports.from,
    ListenerProtocol: listener.protocol,
  });
  // `unavailable` is no result, as where the health is not looked at.
  return items
    .filter((raw) => text(raw, 'ServerHealthStatus').toLowerCase() === 'abnormal')
    .map((raw) => ({
      id: text(raw, 'ServerId'),
      address: parseIp(text(raw, 'ServerIp')),
      port: number(raw, 'Port') ?? 0,
      why: 'abnormal',
    }));
}

export async function readClbAcl(reader: Reader, region: string, id: string): Promise<AccessList> {
  const { items } = await reader.read('DescribeAccessControlListAttribute', region, { AclId: id });
  return items.map((raw) => parsePrefix(text(raw, 'AclEntryIP')));
}

export function addressOf(raw: Raw, path: string): readonly Ip[] {
  const address = parseIp(text(raw, path));
  return address === undefined ? [] : [address];
}
