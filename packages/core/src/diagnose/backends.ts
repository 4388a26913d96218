import { familyOf, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { EndpointSlice, Service, ServicePort } from '../cluster/objects.ts';
import type { Endpoint } from '../contracts/packet.ts';
import { ownerOfAddress } from './owners.ts';

/** One endpoint of a Service's port. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
  /** '' where the slice does not say. */
  readonly node: string;
  /** `namespace/name`; '' for an address of something else. */
  readonly pod: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** The port of a Service that a destination means. */
export interface ServiceTarget {
  readonly service: Service;
  /** `undefined`: the Service has no such port. */
  readonly port: ServicePort | undefined;
  /** How it is entered, which decides the traffic policy: by its cluster IP, or from outside of itself. */
  readonly entry: 'internal' | 'external';
}

/** Which Service a destination stands for, by its own address or by a node's port. */
export function targetOf(cluster: Cluster, end: Endpoint, protocol: string): ServiceTarget | undefined {
  const ip = parseIp(end.ip);
  if (ip === undefined || end.port === undefined) return undefined;
  const fits = (port: ServicePort, number: number): boolean => number === end.port && port.protocol.toLowerCase() === protocol;
  if (end.kind === 'service') {
    const owner = ownerOfAddress(cluster, ip);
    const service =
      owner.kind === 'service'
        ? owner.service
        : cluster.services.find(({ metadata }) => metadata.namespace === end.namespace && metadata.name === end.name);
    if (service === undefined) return undefined;
    return {
      service,
      port: service.spec.ports.find((port) => fits(port, port.port)),
      entry: owner.kind === 'service' && owner.by !== 'cluster-ip' ? 'external' : 'internal',
    };
  }
  if (end.kind !== 'node') return undefined;
  for (const service of cluster.services) {
    const port = service.spec.ports.find((candidate) => candidate.nodePort > 0 && fits(candidate, candidate.nodePort));
    if (port !== undefined) return { service, port, entry: 'external' };
  }
  return undefined;
}

export function slicesOf(cluster: Cluster, service: Service): readonly EndpointSlice[] {
  return cluster.endpointSlices.filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace && metadata.labels['kubernetes.io/service-name'] === service.metadata.name,
  );
}

/** Every endpoint of one port, of one IP version, usable or not. A slice's port binds by name and protocol; its number is resolved already. */
export function endpointsOf(cluster: Cluster, service: Service, port: ServicePort, family: 4 | 6): readonly Backend[] {
  const found = new Map<string, Backend>();
  for (const slice of slicesOf(cluster, service)) {
    if (slice.addressType !== `IPv${String(family)}`) continue;
    const number = slice.ports.find(({ name, protocol }) => name === port.name && protocol === port.protocol)?.port;
    if (number === undefined || number === 0) continue;
    for (const { addresses, conditions, nodeName, targetRef } of slice.endpoints) {
      const [ip] = addresses;
      if (ip === undefined) continue;
      const pod = targetRef?.kind === 'Pod' ? `${targetRef.namespace}/${targetRef.name}` : '';
      found.set(`${ip} ${String(number)}`, { ip, port: number, node: nodeName, pod, ...conditions });
    }
  }
  return [...found.values()].sort((a, b) => a.pod.localeCompare(b.pod) || a.ip.localeCompare(b.ip));
}

/** What kube-proxy should choose from, for a packet that it sees on `node`. */
export interface Choice {
  readonly backends: readonly Backend[];
  /** With no backend to choose: is the packet refused, or dropped in silence? */
  readonly empty: 'reject' | 'drop';
  /** The traffic policy that decided. */
  readonly policy: 'Cluster' | 'Local';
}

/**
 * kube-proxy's selection (its iptables and nftables modes), topology hints left out: they narrow the choice and never widen it.
 * `local`: the sender is a pod, or a process, of that node, for which an external entry is short-circuited.
 */
export function chooseBackends(cluster: Cluster, target: ServiceTarget, node: string, family: 4 | 6, local: boolean): Choice {
  const { service, port, entry } = target;
  const all = port === undefined ? [] : endpointsOf(cluster, service, port, family);
  const isUsable = (backend: Backend): boolean => backend.ready || (backend.serving && backend.terminating);
  const of = (candidates: readonly Backend[]): readonly Backend[] => {
    const ready = candidates.filter((backend) => backend.ready);
    return ready.length > 0 ? ready : candidates.filter((backend) => backend.serving && backend.terminating);
  };
  const policy = entry === 'internal' ? service.spec.internalTrafficPolicy : service.spec.externalTrafficPolicy;
  const hasAny = all.some(isUsable);
  if (policy === 'Local' && !(entry === 'external' && local)) {
    const chosen = of(all.filter((backend) => backend.node === node));
    return { backends: chosen, empty: hasAny ? 'drop' : 'reject', policy: 'Local' };
  }
  return { backends: of(all), empty: 'reject', policy: 'Cluster' };
}

/** The family of an address that is known to be one. */
export function familyOfText(text: string): 4 | 6 {
  const ip = parseIp(text);
  return ip === undefined ? 4 : familyOf(ip);
}
