import type { Evidence, Service, Suspicion } from '@skoop/core';
import { type Ip, formatIp } from '@skoop/netstack';
import type { Balancer, Listener, Server, Unwell } from '../model/balancer.ts';

const KINDS = { clb: 'CLB', nlb: 'NLB', alb: 'ALB' } as const;
const CLI = { clb: 'slb', nlb: 'nlb', alb: 'alb' } as const;

const on = (id: string) => ({ type: 'loadbalancer', id });

function named({ kind, id }: Balancer): string {
  return `${KINDS[kind]} ${id}`;
}

function keyOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function field(balancer: Balancer, path: string, value: unknown): Evidence {
  return { object: { kind: 'LoadBalancer', name: balancer.id }, path, value };
}

export function balancerMissing(service: Service, id: string | undefined, address: string): Suspicion {
  return {
    code: 'ALIYUN_LB_MISSING',
    level: id === undefined ? 'WARNING' : 'FATAL',
    on: on(id ?? address),
    message:
      id === undefined
        ? `No load balancer of these credentials has the address ${address} of Service ${keyOf(service)}`
        : `The load balancer ${id} of Service ${keyOf(service)} does not exist`,
    evidence: [
      {
        object: { kind: 'Service', namespace: service.metadata.namespace, name: service.metadata.name },
        path: '/status/loadBalancer/ingress',
        value: service.status.ingress,
      },
    ],
    remedy: `See what the cloud controller manager says: kubectl describe svc -n ${service.metadata.namespace} ${service.metadata.name}`,
  };
}

export function balancerInactive(balancer: Balancer): Suspicion {
  return {
    code: 'ALIYUN_LB_INACTIVE',
    level: 'FATAL',
    on: on(balancer.id),
    message: `${named(balancer)} is ${balancer.state}: it carries nothing`,
    evidence: [field(balancer, '/LoadBalancerStatus', balancer.state)],
    remedy: `The console tells under SLB > ${KINDS[balancer.kind]} > ${balancer.id} why: locked is a bill or a report.`,
  };
}

export function zonesDown(balancer: Balancer): Suspicion {
  return {
    code: 'ALIYUN_LB_ZONE',
    level: 'WARNING',
    on: on(balancer.id),
    message: `${named(balancer)} does not serve from all of its zones: ${balancer.badZones.join(', ')}`,
    evidence: [field(balancer, '/ZoneMappings', balancer.badZones)],
    remedy: 'A zone that was taken out of the DNS comes back with: aliyun nlb CancelShiftLoadBalancerZones',
  };
}

export function listenerMissing(balancer: Balancer, service: Service, protocol: string, port: number, all: readonly Listener[]): Suspicion {
  const known = all.map(
    ({ protocol: own, ports }) => `${own} ${ports.from === ports.to ? String(ports.from) : `${String(ports.from)}-${String(ports.to)}`}`,
  );
  return {
    code: 'ALIYUN_LISTENER_MISSING',
    level: 'FATAL',
    on: on(balancer.id),
    message: `${named(balancer)} has no listener for ${protocol} ${String(port)}; it has ${known.length === 0 ? 'none' : known.join(', ')}`,
    evidence: [field(balancer, '/Listeners', known)],
    remedy: `The controller makes one for each port of the Service, unless the balancer is a reused one and force-override-listeners is not "true": kubectl describe svc -n ${service.metadata.namespace} ${service.metadata.name}`,
  };
}

export function listenerStopped(balancer: Balancer, listener: Listener): Suspicion {
  return {
    code: 'ALIYUN_LISTENER_STOPPED',
    level: 'FATAL',
    on: on(balancer.id),
    message: `Listener ${listener.id} of ${named(balancer)} is ${listener.status}`,
    evidence: [field(balancer, '/Listeners', { listener: listener.id, status: listener.status })],
    remedy:
      balancer.kind === 'clb'
        ? `aliyun slb StartLoadBalancerListener --LoadBalancerId ${balancer.id} --ListenerPort ${String(listener.ports.from)} --ListenerProtocol ${listener.protocol}`
        : `aliyun ${CLI[balancer.kind]} StartListener --ListenerId ${listener.id}`,
  };
}

export function aclRefuses(balancer: Balancer, listener: Listener, src: Ip): Suspicion {
  const ids = listener.acl?.ids.join(', ') ?? '';
  return {
    code: 'ALIYUN_LB_ACL',
    level: 'FATAL',
    on: on(balancer.id),
    message: `Listener ${listener.id} of ${named(balancer)} refuses ${formatIp(src)}: ${listener.acl?.type === 'white' ? `it is not in ${ids}` : `it is in ${ids}`}`,
    evidence: [field(balancer, '/Listeners/AclIds', listener.acl)],
    remedy:
      listener.acl?.type === 'white'
        ? `aliyun slb AddAccessControlListEntry --AclId ${listener.acl.ids[0] ?? ''} --AclEntrys '[{"entry":"${formatIp(src)}/32"}]'; the Service's annotations acl-id and acl-status set it`
        : `aliyun slb RemoveAccessControlListEntry --AclId ${listener.acl?.ids[0] ?? ''}`,
  };
}

export function aclUnclear(balancer: Balancer, listener: Listener): Suspicion {
  return {
    code: 'ALIYUN_LB_UNCLEAR',
    level: 'WARNING',
    on: on(balancer.id),
    message: `An entry in an access list of listener ${listener.id} of ${named(balancer)} can't be read, and would decide`,
    evidence: [field(balancer, '/Listeners/AclIds', listener.acl)],
    remedy: `aliyun slb DescribeAccessControlListAttribute --AclId ${listener.acl?.ids[0] ?? ''}`,
  };
}

export function answersItself(balancer: Balancer, what: string): Suspicion {
  return {
    code: 'ALIYUN_LB_UNCLEAR',
    level: 'INFO',
    on: on(balancer.id),
    message: `${named(balancer)} ${what}: what becomes of it was not looked at`,
    evidence: [],
    remedy: '',
  };
}

export function noServers(balancer: Balancer, listener: Listener, count: number): Suspicion {
  return {
    code: 'ALIYUN_LB_NO_BACKEND',
    level: 'FATAL',
    on: on(balancer.id),
    message:
      count === 0
        ? `Listener ${listener.id} of ${named(balancer)} has no server behind it`
        : `Listener ${listener.id} of ${named(balancer)} has only servers with weight 0 (${String(count)})`,
    evidence: [field(balancer, '/Listeners/Servers', [])],
    remedy:
      'With externalTrafficPolicy: Local only nodes with ready pods are put there: see the endpoints of the Service, and what the cloud controller manager logs.',
  };
}

export function serversMissing(balancer: Balancer, listener: Listener, names: readonly string[]): Suspicion {
  return {
    code: 'ALIYUN_LB_BACKEND_MISSING',
    level: 'WARNING',
    on: on(balancer.id),
    message: `Behind listener ${listener.id} of ${named(balancer)} some are missing that should be there: ${names.join(', ')}`,
    evidence: [field(balancer, '/Listeners/Servers', names)],
    remedy: 'The cloud controller manager puts them there: see its log and the events of the Service.',
  };
}

export function serversStale(balancer: Balancer, listener: Listener, servers: readonly Server[]): Suspicion {
  const names = servers.map(({ id, address, port }) => `${address === undefined ? id : formatIp(address)}:${String(port)}`);
  return {
    code: 'ALIYUN_LB_BACKEND_STALE',
    level: 'CRITICAL',
    on: on(balancer.id),
    message: `Behind listener ${listener.id} of ${named(balancer)} are servers that should not be there, and get a share of the conversations: ${names.join(', ')}`,
    evidence: [field(balancer, '/Listeners/Servers', names)],
    remedy: 'The cloud controller manager removes them: see its log; a reused balancer keeps servers of others.',
  };
}

export function serversUnwell(balancer: Balancer, listener: Listener, unwell: readonly Unwell[], areAll: boolean): Suspicion {
  const names = unwell.map(({ id, address, port, why }) => `${address === undefined ? id : formatIp(address)}:${String(port)} (${why})`);
  return {
    code: 'ALIYUN_LB_UNHEALTHY',
    level: areAll ? 'CRITICAL' : 'WARNING',
    on: on(balancer.id),
    message: `${areAll ? 'All' : 'Some'} servers behind listener ${listener.id} of ${named(balancer)} fail its health checks: ${names.join(', ')}`,
    evidence: [field(balancer, '/Listeners/Health', names)],
    remedy: `Ask for the way from a node to the pod: skoop diagnose node/NODE svc/NAME. Checks of a CLB come from 100.64.0.0/10, those of an NLB from its local addresses: a firewall on the node must let them in.`,
  };
}

export function wayToServer(lost: Suspicion, balancer: Balancer, isCertain: boolean): Suspicion {
  return {
    ...lost,
    level: isCertain ? lost.level : 'WARNING',
    message: isCertain
      ? `From ${named(balancer)}: ${lost.message}`
      : `It may be why ${named(balancer)} finds a server not well: ${lost.message}`,
  };
}
