import { parsePrefix } from '@skoop/netstack';
import { list, number, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import type { AccessList, Balancer, Listener, Server, Unwell } from './balancer.ts';
import { parseModern, protocolOf, unwell, usableServers } from './nlb.ts';

/** By its id or its name in the DNS. `undefined`: there is none. */
export async function readAlb(
  reader: Reader,
  region: string,
  by: { readonly id: string } | { readonly name: string },
): Promise<Balancer | undefined> {
  const { items } = await reader.read('AlbListLoadBalancers', region, 'id' in by ? { LoadBalancerIds: [by.id] } : { DNSName: by.name });
  const [found] = items;
  if (found === undefined) return undefined;
  const whole = await reader.read('AlbGetLoadBalancerAttribute', region, { LoadBalancerId: text(found, 'LoadBalancerId') });
  const raw = whole.items[0] ?? found;
  // The API's own spelling.
  return parseModern('alb', region, raw, text(raw, 'LoadBalancerBussinessStatus'));
}

/** With their ACLs and the group that their default action leads to; rules by host and path are not looked into. */
export async function readAlbListeners(reader: Reader, region: string, id: string): Promise<readonly Listener[]> {
  const { items } = await reader.read('AlbListListeners', region, { LoadBalancerIds: [id] });
  return Promise.all(
    items.map(async (raw): Promise<Listener> => {
      const port = number(raw, 'ListenerPort') ?? 0;
      const listener = text(raw, 'ListenerId');
      const about = await reader.read('AlbGetListenerAttribute', region, { ListenerId: listener });
      const config = about.items[0] ?? {};
      const acls = list(config, 'AclConfig.AclRelations').map((relation) => text(relation, 'AclId'));
      const group = list(raw, 'DefaultActions')
        .flatMap((action) => list(action, 'ForwardGroupConfig.ServerGroupTuples'))
        .map((tuple) => text(tuple, 'ServerGroupId'))
        .find((found) => found !== '');
      return {
        id: listener,
        protocol: protocolOf(text(raw, 'ListenerProtocol')),
        ports: { from: port, to: port },
        status: text(raw, 'ListenerStatus'),
        isRunning: text(raw, 'ListenerStatus') === 'Running',
        acl: acls.length === 0 ? undefined : { type: /black/i.test(text(config, 'AclConfig.AclType')) ? 'black' : 'white', ids: acls },
        servers: group === undefined ? { kind: 'redirect' } : { kind: 'group', id: group },
        checksHealth: true,
      };
    }),
  );
}

export async function readAlbServers(reader: Reader, region: string, group: string): Promise<readonly Server[]> {
  const { items } = await reader.read('AlbListServerGroupServers', region, { ServerGroupId: group });
  return usableServers(items);
}

export async function readAlbUnwell(reader: Reader, region: string, listener: string): Promise<readonly Unwell[]> {
  const { items } = await reader.read('AlbGetListenerHealthStatus', region, { ListenerId: listener });
  return unwell(items);
}

export async function readAlbAcl(reader: Reader, region: string, id: string): Promise<AccessList> {
  const { items } = await reader.read('AlbListAclEntries', region, { AclId: id });
  return items.map((raw) => parsePrefix(text(raw, 'Entry')));
}
