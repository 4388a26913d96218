import { parsePrefix } from '@skoop/netstack';
import { type Raw, list, number, text } from '../api/raw.ts';
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

/** With their ACLs, the group that their default action leads to, and the rules that lead elsewhere. */
export async function readAlbListeners(reader: Reader, region: string, id: string): Promise<readonly Listener[]> {
  const { items } = await reader.read('AlbListListeners', region, { LoadBalancerIds: [id] });
  return Promise.all(
    items.map(async (raw): Promise<Listener> => {
      const port = number(raw, 'ListenerPort') ?? 0;
      const listener = text(raw, 'ListenerId');
      const [about, rules] = await Promise.all([
        reader.read('AlbGetListenerAttribute', region, { ListenerId: listener }),
        reader.read('AlbListRules', region, { ListenerIds: [listener] }),
      ]);
      const config = about.items[0] ?? {};
      const acls = list(config, 'AclConfig.AclRelations').map((relation) => text(relation, 'AclId'));
      const groups = groupsOf(list(raw, 'DefaultActions'));
      const [group] = groups;
      return {
        id: listener,
        protocol: protocolOf(text(raw, 'ListenerProtocol')),
        ports: { from: port, to: port },
        status: text(raw, 'ListenerStatus'),
        isRunning: text(raw, 'ListenerStatus') === 'Running',
        acl: acls.length === 0 ? undefined : { type: /black/i.test(text(config, 'AclConfig.AclType')) ? 'black' : 'white', ids: acls },
        servers: group === undefined ? { kind: 'redirect' } : { kind: 'group', id: group },
        rules: rules.items.filter((rule) => leadsElsewhere(rule, groups)).map((rule) => text(rule, 'RuleId')),
        checksHealth: true,
      };
    }),
  );
}

function groupsOf(actions: readonly Raw[]): readonly string[] {
  return actions
    .flatMap((action) => list(action, 'ForwardGroupConfig.ServerGroupTuples'))
    .map((tuple) => text(tuple, 'ServerGroupId'))
    .filter((id) => id !== '');
}

/** Rules for answers, and those that only write headers, choose no servers. */
function leadsElsewhere(rule: Raw, usual: readonly string[]): boolean {
  if (text(rule, 'Direction') === 'Response') return false;
  const actions = list(rule, 'RuleActions');
  if (actions.some((action) => /^(?:Redirect|FixedResponse)$/.test(text(action, 'Type')))) return true;
  return groupsOf(actions).some((id) => !usual.includes(id));
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
