import { type Ip, contains, parsePrefix } from '@skoop/netstack';
import { bestRoute } from '../judge/routes.ts';
import { readHaVips } from '../model/havip.ts';
import { type Eni, eniOfAddress, primaryEni } from '../model/interface.ts';
import { ecsIdOfNode } from '../model/provider-id.ts';
import { type NextHop, type RouteEntry, readRoutes } from '../model/route-table.ts';
import { type PodNetwork, routeMissing, routeUnclear } from '../say/routes.ts';
import { unread } from '../say/unread.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, unclear } from './finding.ts';
import { listsOfTargets } from './lists.ts';
import type { Place } from './place.ts';

/** Where a route table sends a packet. */
export type Way =
  /** To an interface of the VPC. */
  | { readonly kind: 'eni'; readonly eni: Eni }
  /** Inside of the VPC, to an address that no interface of it has: a database's, a balancer's. */
  | { readonly kind: 'local' }
  | { readonly kind: 'nat' | 'ipv4-gateway' | 'ipv6-gateway' | 'transit' | 'endpoint' | 'strange' | 'gone'; readonly hop: NextHop };

export type Routing =
  | { readonly kind: 'routed'; readonly entry: RouteEntry; readonly ways: readonly Way[] }
  | { readonly kind: 'stuck'; readonly findings: readonly Finding[] };

/** What the table of the vSwitch that a packet leaves by has for its destination. Rejects with ReadFailure. */
export async function routeOf(cloud: Cloud, place: Place, dst: Ip): Promise<Routing> {
  const { region, vSwitch, instance } = place;
  const entries = await readRoutes(cloud.reader, region, vSwitch.routeTable);
  const { lists, failures } = await listsOfTargets(
    cloud,
    region,
    entries.map(({ destination }) => destination),
  );
  const verdict = bestRoute(entries, dst, lists);
  switch (verdict.kind) {
    case 'none':
      return { kind: 'stuck', findings: [drops(routeMissing(place, dst, entries, podNetworkAt(cloud, dst)))] };
    case 'unclear':
      return {
        kind: 'stuck',
        findings: [unclear(routeUnclear(place, dst, verdict.entry, verdict.what)), ...failures.map((failure) => unclear(unread(failure)))],
      };
    case 'route': {
      const { entry } = verdict;
      if (entry.hops.length === 0) return { kind: 'stuck', findings: [drops(routeMissing(place, dst, [entry], podNetworkAt(cloud, dst)))] };
      const haVips = entry.hops.some(({ type }) => type === 'HaVip') ? await readHaVips(cloud.reader, region, instance.vpc) : [];
      const masters = new Map(haVips.map(({ id, master }) => [id, master]));
      return { kind: 'routed', entry, ways: entry.hops.map((hop) => wayOf(place, dst, hop, masters)) };
    }
    default:
      return verdict satisfies never;
  }
}

function podNetworkAt({ cluster }: Cloud, ip: Ip): PodNetwork | undefined {
  for (const node of cluster.nodes) {
    const cidr = node.spec.podCIDRs.find((text) => {
      const network = parsePrefix(text);
      return network !== undefined && contains(network, ip);
    });
    const instance = ecsIdOfNode(node)?.instance;
    if (cidr !== undefined && instance !== undefined) return { cidr, instance };
  }
  return undefined;
}

const TRANSIT: ReadonlySet<string> = new Set([
  'VpnGateway',
  'RouterInterface',
  'Attachment',
  'Ecr',
  'VpcPeer',
  'VBR',
  'TransitRouter',
  'PrivateLink',
]);

function wayOf({ enis }: Place, dst: Ip, hop: NextHop, masters: ReadonlyMap<string, string>): Way {
  const toEni = (eni: Eni | undefined): Way => (eni === undefined ? { kind: 'gone', hop } : { kind: 'eni', eni });
  switch (hop.type) {
    case 'local':
    case 'service': {
      const eni = eniOfAddress(enis, dst);
      return eni === undefined ? { kind: 'local' } : { kind: 'eni', eni };
    }
    case 'Instance':
      return toEni(primaryEni(enis, hop.id));
    case 'NetworkInterface':
      return toEni(enis.find(({ id }) => id === hop.id));
    case 'HaVip': {
      const master = masters.get(hop.id) ?? '';
      return toEni(enis.find(({ id }) => id === master) ?? (master === '' ? undefined : primaryEni(enis, master)));
    }
    case 'NatGateway':
      return { kind: 'nat', hop };
    case 'Ipv4Gateway':
      return { kind: 'ipv4-gateway', hop };
    case 'IPv6Gateway':
    case 'Ipv6Gateway':
      return { kind: 'ipv6-gateway', hop };
    case 'GatewayEndpoint':
      return { kind: 'endpoint', hop };
    default:
      return { kind: TRANSIT.has(hop.type) ? 'transit' : 'strange', hop };
  }
}
