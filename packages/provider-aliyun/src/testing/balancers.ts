import type { Cluster, EndpointSlice, Pod, Service } from '@skoop/core';
import { NODES, clusterOf } from './shim.ts';
import { VPC, type Wire, type World, healthyWorld, rule } from './world.ts';

export const VIP = '47.1.1.1';
const METADATA = { namespace: 'default', uid: 'u', labels: {}, annotations: {}, ownerReferences: [] };

export interface Asking {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly policy?: 'Cluster' | 'Local';
}

export function service({
  labels = { 'service.k8s.alibaba/loadbalancer-id': 'lb-1' },
  annotations = {},
  policy = 'Cluster',
}: Asking = {}): Service {
  return {
    metadata: { ...METADATA, name: 'web', labels, annotations },
    spec: {
      type: 'LoadBalancer',
      clusterIPs: ['10.96.0.20'],
      headless: false,
      externalName: '',
      externalIPs: [],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 31326 }],
      selector: { app: 'web' },
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: policy,
      loadBalancerSourceRanges: [],
      publishNotReadyAddresses: false,
    },
    status: { ingress: [{ ip: VIP, hostname: '', ipMode: 'VIP' }] },
  };
}

/** One pod, 10.244.1.3 on node2. */
const slice: EndpointSlice = {
  metadata: { ...METADATA, name: 'web-x', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints: [
    {
      addresses: ['10.244.1.3'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node2',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'web-1' },
    },
  ],
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
};
const pod: Pod = {
  metadata: { ...METADATA, name: 'web-1' },
  spec: { nodeName: 'node2', hostNetwork: false, containers: [] },
  status: { phase: 'Running', podIPs: ['10.244.1.3'], hostIP: '172.30.0.12', conditions: [] },
};

export function clusterWith(asked: Service): Cluster {
  return clusterOf(NODES, { services: [asked], endpointSlices: [slice], pods: [pod] });
}

export const servers = (): Wire[] =>
  ['i-node1', 'i-node2'].map((ServerId) => ({ ServerId, ServerIp: '', Type: 'ecs', Port: 31326, Weight: 100 }));

/** A CLB with one TCP listener and both nodes behind it. */
export function clbWorld(): World {
  const world = healthyWorld();
  world.clbs.push({
    LoadBalancerId: 'lb-1',
    LoadBalancerStatus: 'active',
    Address: VIP,
    AddressType: 'internet',
    VpcId: VPC,
    listeners: [
      {
        ListenerPort: 80,
        ListenerProtocol: 'tcp',
        Status: 'running',
        VServerGroupId: 'rsp-1',
        AclStatus: 'off',
        TCPListenerConfig: { HealthCheck: 'on' },
      },
    ],
    servers: [],
    health: [],
  });
  world.vGroups.push({ VServerGroupId: 'rsp-1', servers: servers() });
  return world;
}

/** An NLB that keeps the client's address, with both nodes behind it. */
export function nlbWorld(): World {
  const world = healthyWorld();
  world.nlbs.push({
    LoadBalancerId: 'nlb-1',
    LoadBalancerStatus: 'Active',
    LoadBalancerBusinessStatus: 'Normal',
    AddressType: 'Internet',
    VpcId: VPC,
    DNSName: 'nlb-1.cn-hangzhou.nlb.aliyuncs.com',
    ZoneMappings: [
      {
        ZoneId: 'cn-hangzhou-i',
        VSwitchId: 'vsw-1',
        Status: 'Active',
        LoadBalancerAddresses: [{ PublicIPv4Address: VIP, PrivateIPv4Address: '172.30.0.80', Ipv4LocalAddresses: ['172.30.0.81'] }],
      },
    ],
    listeners: [
      {
        LoadBalancerId: 'nlb-1',
        ListenerId: 'lsn-1',
        ListenerPort: '80',
        ListenerProtocol: 'TCP',
        ListenerStatus: 'Running',
        ServerGroupId: 'sgp-1',
      },
    ],
  });
  world.serverGroups.push({
    ServerGroupId: 'sgp-1',
    PreserveClientIpEnabled: true,
    HealthCheck: { HealthCheckEnabled: true },
    bad: [],
    servers: servers().map((server) => ({ ...server, ServerType: 'Ecs', Status: 'Available' })),
  });
  world.groups[0]?.rules.push(rule({ SourceCidrIp: '0.0.0.0/0', PortRange: '31326/31326' }));
  return world;
}

export function albWorld(): World {
  const world = nlbWorld();
  const [nlb] = world.nlbs;
  world.nlbs = [];
  world.albs.push({
    ...nlb,
    LoadBalancerId: 'alb-1',
    DNSName: 'alb-1.cn-hangzhou.alb.aliyuncs.com',
    rules: [],
    listeners: [
      {
        LoadBalancerId: 'alb-1',
        ListenerId: 'lsn-2',
        ListenerPort: 80,
        ListenerProtocol: 'HTTP',
        ListenerStatus: 'Running',
        DefaultActions: [{ Type: 'ForwardGroup', ForwardGroupConfig: { ServerGroupTuples: [{ ServerGroupId: 'sgp-1' }] } }],
        AclConfig: { AclType: 'White', AclRelations: [{ AclId: 'acl-1', Status: 'Associated' }] },
      },
    ],
  });
  world.albAcls['acl-1'] = ['203.0.113.0/24'];
  return world;
}
