import type { InfraForward, InfraResult, NetNode, Packet, Service } from '@skoop/core';
import { Protocol, formatIp, parseIp } from '@skoop/netstack';
import { type Flow, flowOf } from '../judge/flow.ts';
import type { Balancer, Listener, Server, Unwell } from '../model/balancer.ts';
import { eniOfAddress, primaryEni, readEnis } from '../model/interface.ts';
import { inRange } from '../model/port-range.ts';
import { readVSwitches } from '../model/vpc.ts';
import {
  answersItself,
  balancerInactive,
  balancerMissing,
  listenerMissing,
  listenerStopped,
  noServers,
  serversUnwell,
  wayToServer,
  zonesDown,
} from '../say/balancers.ts';
import { checkArrival } from './arrive.ts';
import { balancerIdOf, balancerOf } from './balancer-of.ts';
import { listenersOf, serversBehind, unwellOf } from './balancer-parts.ts';
import { checkAccess, checkOwnAcls, checkOwnGroups } from './check-balancer.ts';
import { type Cloud, nodeOfInstance } from './cloud.ts';
import { compareServers } from './compare-servers.ts';
import { internalAddress } from './expected-servers.ts';
import { type Finding, attempt, conclude, drops, ofSeveral, remark, unclear } from './finding.ts';

/** A packet for the address of a Service's load balancer: does it listen, and whom does it send the packet on to? */
export async function externalToLoadBalancer(cloud: Cloud, service: Service, packet: Packet): Promise<InfraResult> {
  const flow = flowOf(packet);
  if (flow === undefined) return { outcome: 'unknown', suspicions: [] };
  let through: Through = { hops: [], forwards: [] };
  const findings = await attempt(async () => {
    const balancer = await balancerOf(cloud, service);
    if (balancer === undefined) {
      const id = balancerIdOf(service);
      const said = balancerMissing(service, id, packet.dst);
      return [id === undefined ? unclear(said) : drops(said)];
    }
    const hops: readonly NetNode[] = [{ type: 'loadbalancer', id: balancer.id, label: packet.dst }];
    through = { hops, forwards: [] };
    const passed = await passBalancer(cloud, service, balancer, packet, flow);
    through = { hops, forwards: passed.forwards };
    return passed.findings;
  });
  return conclude(findings, through);
}

interface Through {
  readonly hops: readonly NetNode[];
  readonly forwards: readonly InfraForward[];
}

interface Passed {
  readonly findings: readonly Finding[];
  readonly forwards: readonly InfraForward[];
}

const stop = (...findings: readonly Finding[]): Passed => ({ findings, forwards: [] });

async function passBalancer(cloud: Cloud, service: Service, balancer: Balancer, packet: Packet, flow: Flow): Promise<Passed> {
  if (!balancer.isActive) return stop(drops(balancerInactive(balancer)));
  if (flow.protocol !== Protocol.TCP && flow.protocol !== Protocol.UDP)
    return stop(unclear(answersItself(balancer, 'carries TCP and UDP, and may answer others itself')));
  const listeners = await listenersOf(cloud, balancer);
  const listener = listeners.find((candidate) => isFor(candidate, flow));
  if (listener === undefined) return stop(drops(listenerMissing(balancer, service, packet.protocol, flow.dport, listeners)));
  if (!listener.isRunning) return stop(drops(listenerStopped(balancer, listener)));
  const gates = await Promise.all([
    attempt(() => checkAccess(cloud, balancer, listener, flow)),
    attempt(() => checkOwnGroups(cloud, balancer, flow)),
    attempt(() => checkOwnAcls(cloud, balancer, 'ingress', flow)),
  ]);
  const entry = [...gates.flat(), ...(balancer.badZones.length === 0 ? [] : [remark(zonesDown(balancer))])];
  if (entry.some(({ outcome }) => outcome === 'drop')) return stop(...entry);
  if (listener.servers.kind === 'redirect') return stop(...entry, unclear(answersItself(balancer, `answers on ${listener.id} by itself`)));
  // What a request asks for is in no packet that opens a connection.
  if (listener.rules.length > 0)
    return stop(
      ...entry,
      unclear(answersItself(balancer, `chooses servers on ${listener.id} by what is asked for (${listener.rules.join(', ')})`)),
    );
  const passed = await toServers(cloud, service, balancer, listener, packet, flow);
  return { ...passed, findings: [...entry, ...passed.findings] };
}

function isFor({ protocol, ports }: Listener, flow: Flow): boolean {
  const isUdp = protocol === 'udp' || protocol === 'quic';
  return isUdp === (flow.protocol === Protocol.UDP) && inRange(ports, flow.dport);
}

async function toServers(
  cloud: Cloud,
  service: Service,
  balancer: Balancer,
  listener: Listener,
  packet: Packet,
  flow: Flow,
): Promise<Passed> {
  const { servers, seesClient, checksHealth } = await serversBehind(cloud, balancer, listener);
  const findings: Finding[] = [...compareServers(cloud, service, balancer, listener, servers, flow)];
  const usable = servers.filter(({ weight }) => weight > 0);
  if (usable.length === 0)
    return stop(...findings.filter(({ outcome }) => outcome !== 'pass'), drops(noServers(balancer, listener, servers.length)));

  let unwell: readonly Unwell[] = [];
  if (checksHealth)
    findings.push(
      ...(await attempt(async () => {
        unwell = await unwellOf(cloud, balancer, listener);
        return [];
      })),
    );
  const bad = usable.filter((server) => unwell.some((one) => isServer(one, server)));
  const areAll = bad.length === usable.length;
  // Whether a balancer all of whose servers are not well sends to all or to none is not the same for all kinds.
  if (bad.length > 0) findings.push((areAll ? unclear : remark)(serversUnwell(balancer, listener, unwell, areAll)));
  const chosen = areAll ? usable : usable.filter((server) => !bad.includes(server));

  // Where the client is hidden, a CLB comes from 100.64.0.0/10.
  const source = seesClient ? flow.src : (balancer.localAddresses[0] ?? parseIp('100.64.0.1') ?? flow.src);
  const ways = await Promise.all(chosen.map((server) => wayTo(cloud, balancer, server, { ...flow, src: source }, bad.includes(server))));
  findings.push(...ofSeveral(ways));
  return { findings, forwards: forwardsTo(cloud, chosen, { ...packet, src: formatIp(source) }) };
}

/** Instances by their id, interfaces and bare addresses by their address. */
function isServer(one: Pick<Unwell, 'id' | 'address' | 'port'>, server: Server): boolean {
  const isSame = one.id !== '' && server.id !== '' ? one.id === server.id : one.address === server.address;
  return (
    isSame &&
    (one.port === server.port || one.port === 0) &&
    (one.address === undefined || server.address === undefined || one.address === server.address)
  );
}

/** The ACL and the groups at the server's interface. What a CLB sends is said to pass groups by some and not by others: told where its server is not well. */
async function wayTo(cloud: Cloud, balancer: Balancer, server: Server, flow: Flow, isUnwell: boolean): Promise<readonly Finding[]> {
  return attempt(async () => {
    const { region, vpc, kind } = balancer;
    if (kind === 'clb' && !isUnwell) return [];
    const [enis, vSwitches] = await Promise.all([readEnis(cloud.reader, region, vpc), readVSwitches(cloud.reader, region, vpc)]);
    const eni =
      (server.address === undefined ? undefined : eniOfAddress(enis, server.address)) ??
      enis.find(({ id }) => id === server.id) ??
      primaryEni(enis, server.id);
    if (eni === undefined) return [];
    const dst = server.address ?? eni.addresses[0]?.address ?? flow.dst;
    const arrival = { region, eni, enis, vSwitches, from: undefined, isNew: true };
    const onward = { ...flow, dst, dport: server.port };
    const found = [
      ...(await checkOwnAcls(cloud, balancer, 'egress', onward, eni.vSwitch)),
      ...(await checkArrival(cloud, arrival, onward)),
    ];
    return found.map(({ outcome, suspicion }) => {
      const said = wayToServer(suspicion, balancer, kind !== 'clb');
      return kind === 'clb' || outcome === 'pass' ? remark(said) : { outcome, suspicion: said };
    });
  });
}

/** By weight. A server that is no node of the cluster, and no pod on one, takes its share with it. */
function forwardsTo(cloud: Cloud, servers: readonly Server[], packet: Packet): readonly InfraForward[] {
  const total = servers.reduce((sum, { weight }) => sum + weight, 0);
  return servers.flatMap((server): readonly InfraForward[] => {
    const found = homeOf(cloud, server);
    return found === undefined
      ? []
      : [{ packet: { ...packet, dst: found.address, dport: server.port }, to: found.node, probability: server.weight / total }];
  });
}

function homeOf(cloud: Cloud, { id, address }: Server): { readonly node: string; readonly address: string } | undefined {
  const node = nodeOfInstance(cloud, id);
  if (node !== undefined) {
    const own = address ?? internalAddress(node);
    return own === undefined ? undefined : { node: node.metadata.name, address: formatIp(own) };
  }
  if (address === undefined) return undefined;
  const text = formatIp(address);
  const pod = cloud.cluster.pods.find(({ status }) => status.podIPs.some((ip) => parseIp(ip) === address));
  if (pod !== undefined && pod.spec.nodeName !== '') return { node: pod.spec.nodeName, address: text };
  const host = cloud.cluster.nodes.find((candidate) => internalAddress(candidate) === address);
  return host === undefined ? undefined : { node: host.metadata.name, address: text };
}
