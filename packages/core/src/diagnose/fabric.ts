import { type Fabric, type FabricAnswer, type FabricEdge, type Ip, formatIp, isLinkLocal, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import { podByAddress, podNetworkOf } from './owners.ts';
import { type HostNamespace, addressesOf, rootOf, unseenDevices, uplinkFor, wiresOf } from './wires.ts';

/** What the wires between the nodes are known to connect. */
interface Stations {
  /** Machines that were dumped, by the addresses that their kernels hold; several where an address is on each of them (docker0, say). */
  readonly dumped: ReadonlyMap<Ip, readonly HostNamespace[]>;
  /** Nodes by the address that the API tells. */
  readonly nodes: ReadonlyMap<Ip, string>;
  readonly hosts: ReadonlySet<string>;
  readonly byMac: ReadonlyMap<string, HostNamespace & { readonly device: string }>;
}

/**
 * Joins the nodes: who gets a frame that is sent to a next hop?
 *
 * All uplinks of all nodes are taken to reach each other: what lies between them is the cloud's, which the InfraShim is asked about.
 */
export function fabricOf(cluster: Cluster): Fabric {
  const stations = survey(cluster);
  return { carry: (edge) => carry(cluster, stations, edge) };
}

function survey(cluster: Cluster): Stations {
  const dumped = new Map<Ip, HostNamespace[]>();
  const byMac = new Map<string, HostNamespace & { device: string }>();
  const hosts = new Set<string>();
  for (const state of cluster.hosts.values()) {
    if (state.kind === 'missing') continue;
    const { host } = state;
    // Who answers on the wire of such a machine can't be told: it is as if it gave no dump.
    if (unseenDevices(host) === undefined) hosts.add(host.id);
    for (const namespace of host.namespaces.values()) {
      const place = { host, namespace };
      const wires = wiresOf(place);
      // Pods behind a veth pair are reached through their node; those with a device of their own on the wire are stations themselves.
      if (namespace.id !== host.root && wires.length === 0) continue;
      for (const { ip } of addressesOf(namespace)) dumped.set(ip, [...(dumped.get(ip) ?? []), place]);
      for (const wire of wires) if (wire.mac !== undefined) byMac.set(wire.mac, { ...place, device: wire.name });
    }
  }
  const nodes = new Map<Ip, string>();
  for (const node of cluster.nodes)
    for (const { type, address } of node.status.addresses) {
      const ip = parseIp(address);
      // A cloud translates an ExternalIP: no kernel holds it.
      if (ip !== undefined && type === 'InternalIP' && !nodes.has(ip)) nodes.set(ip, node.metadata.name);
    }
  return { dumped, nodes, hosts, byMac };
}

/** A pod whose namespace is not in its node's dump is asked for like a host. No node's name holds a slash. */
const POD = 'pod/';

/** `namespace/name` of the pod that a need names; `undefined` where it names a node. */
export function podOfNeed(need: string): string | undefined {
  return need.startsWith(POD) ? need.slice(POD.length) : undefined;
}

function carry(cluster: Cluster, stations: Stations, edge: FabricEdge): FabricAnswer {
  const inside = carryToPod(cluster, stations, edge);
  if (inside !== undefined) return inside;
  const node = stations.nodes.get(edge.nextHop);
  if (node !== undefined && !stations.hosts.has(node)) return { kind: 'need', host: node };
  if (edge.mac !== undefined) {
    const station = stations.byMac.get(edge.mac);
    if (station !== undefined) return { kind: 'host', host: station.host.id, namespace: station.namespace.id, device: station.device };
    if (node !== undefined || stations.dumped.has(edge.nextHop)) return { kind: 'nobody', reason: `no device has the address ${edge.mac}` };
    return beyondRouter(stations, edge);
  }
  const places = (stations.dumped.get(edge.nextHop) ?? []).filter((place) => place.namespace.id !== edge.namespace);
  const owner = places.find((place) => place.host.id === node) ?? places[0];
  if (owner === undefined) {
    if (node !== undefined) return { kind: 'nobody', reason: `${node} has no device with the address ${formatIp(edge.nextHop)}` };
    const behind = podNetworkOf(cluster, edge.nextHop)?.node;
    if (behind !== undefined)
      return stations.hosts.has(behind)
        ? { kind: 'nobody', reason: `${formatIp(edge.nextHop)} is behind ${behind}, not on the wire` }
        : { kind: 'need', host: behind };
    if (isLinkLocal(edge.nextHop)) return { kind: 'external', reason: 'link-local addresses are the wire’s own' };
    return beyondRouter(stations, edge);
  }
  const device = uplinkFor(owner, edge.nextHop, senders(cluster, edge));
  if (device === undefined) return { kind: 'nobody', reason: `${owner.host.id} has no device on the wire` };
  if (!device.up || !device.carrier)
    return { kind: 'nobody', reason: `${device.name} of ${owner.host.id} is ${device.up ? 'without carrier' : 'down'}` };
  return { kind: 'host', host: owner.host.id, namespace: owner.namespace.id, device: device.name };
}

/** A gateway that is no node's: the network's own router. What is for a node it carries there; what is for anybody else leaves what we see. */
function beyondRouter(stations: Stations, { packet, nextHop }: FabricEdge): FabricAnswer {
  const node = stations.nodes.get(packet.dst);
  if (node === undefined) return { kind: 'external', reason: `${formatIp(nextHop)} is no address of a node` };
  if (!stations.hosts.has(node)) return { kind: 'need', host: node };
  const owner = (stations.dumped.get(packet.dst) ?? []).find((place) => place.host.id === node);
  const device = owner === undefined ? undefined : uplinkFor(owner, packet.dst);
  if (owner === undefined || device === undefined)
    return { kind: 'nobody', reason: `${node} has no device with the address ${formatIp(packet.dst)}` };
  return { kind: 'host', host: owner.host.id, namespace: owner.namespace.id, device: device.name, routed: true };
}

/** A veth end that is no uplink leads to a pod that the dump lacks. `undefined`: it is an uplink. */
function carryToPod(cluster: Cluster, stations: Stations, edge: FabricEdge): FabricAnswer | undefined {
  const state = cluster.hosts.get(edge.host);
  if (state?.kind !== 'dumped' || edge.namespace !== state.host.root) return undefined;
  const namespace = state.host.namespaces.get(edge.namespace);
  const link = namespace?.links.find((candidate) => candidate.name === edge.device);
  if (namespace === undefined || link?.device.kind !== 'veth') return undefined;
  const master = namespace.links.find((candidate) => candidate.name === link.master);
  const own = [link, master].flatMap((device) => device ?? []);
  const isUplink = own.some(
    (device) =>
      device.addresses.some(({ ip }) => stations.nodes.has(ip)) ||
      namespace.routes.some((route) => route.destination.length === 0 && route.nexthops.some(({ dev }) => dev === device.name)),
  );
  if (isUplink) return undefined;
  const pod = podByAddress(cluster, edge.nextHop);
  if (pod === undefined || pod.spec.nodeName !== edge.host)
    return { kind: 'nobody', reason: `no pod of ${edge.host} has the address ${formatIp(edge.nextHop)}` };
  const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
  // It is in the dump, behind another device.
  if (state.pods.has(key)) return { kind: 'nobody', reason: `pod ${key} is not behind ${edge.device}` };
  return { kind: 'need', host: `${POD}${key}` };
}

/** The addresses of the device that the frame leaves by, or of the bridge that it is a port of. */
function senders(cluster: Cluster, edge: FabricEdge): readonly Ip[] {
  const state = cluster.hosts.get(edge.host);
  const namespace = state?.kind === 'dumped' ? state.host.namespaces.get(edge.namespace) : undefined;
  const link = namespace?.links.find((candidate) => candidate.name === edge.device);
  const master = link?.master === undefined ? undefined : namespace?.links.find((candidate) => candidate.name === link.master);
  return [link, master].flatMap((device) => (device?.addresses ?? []).map(({ ip }) => ip));
}

/** The machine's own namespace of a dumped node. */
export function rootPlace(cluster: Cluster, node: string): HostNamespace | undefined {
  const state = cluster.hosts.get(node);
  const namespace = state?.kind === 'dumped' ? rootOf(state.host) : undefined;
  return state?.kind === 'dumped' && namespace !== undefined ? { host: state.host, namespace } : undefined;
}
