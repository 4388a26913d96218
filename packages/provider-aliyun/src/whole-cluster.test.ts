import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Diagnosis } from '@skoop/core';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nlbWorld } from './testing/balancers.ts';
import { diagnose, recordedCluster } from './testing/cluster.ts';
import { Stub } from './testing/stub.ts';
import { ADDRESSES, VPC, type World, healthyWorld, route, rule } from './testing/world.ts';

const CLIENT = 'pod/client-676b64bf44-qh4v6';
const WEB_THERE = 'pod/web-7f6598ddc7-88tc5:8080';
const VIP = '47.1.1.1';

let world: World;
let stub: Stub;
beforeEach(async () => {
  world = healthyWorld();
  stub = new Stub(world);
  await stub.start();
});
afterEach(() => stub.stop());

/** The recorded cluster without some routes of its nodes. */
function without(isGone: (route: { dst: string; dev: string }) => boolean): string {
  const folder = recordedCluster();
  for (const name of ['node1', 'node2']) {
    const file = join(folder, 'nodes', name, 'host/ip-route-4');
    const routes = JSON.parse(readFileSync(file, 'utf8')) as { dst: string; dev: string }[];
    writeFileSync(file, JSON.stringify(routes.filter((each) => !isGone(each))));
  }
  return folder;
}

/** No tunnel: pods of the other node are reached by the default route. */
const untunnelled = () => without(({ dst, dev }) => dev === 'flannel.1' && dst.endsWith('/24'));
/** No wire between the nodes but by the gateway. */
const apart = () => without(({ dst, dev }) => dev === 'eth0' && dst === '172.30.0.0/24');

/** The Service `web` behind a load balancer. */
const balanced = (id = 'lb-1', ingress: object = { ip: VIP }) =>
  recordedCluster((resource, item) => {
    if (resource !== 'services' || item.metadata.name !== 'web') return;
    item.metadata.labels = { 'service.k8s.alibaba/loadbalancer-id': id };
    item.spec['type'] = 'LoadBalancer';
    item.status['loadBalancer'] = { ingress: [ingress] };
  });

function stations({ paths }: Diagnosis): readonly string[] {
  return paths.map(({ direction, hops }) => `${direction}: ${hops.map(({ node }) => `${node.type} ${node.id}`).join(' → ')}`);
}

const causes = ({ suspicions }: Diagnosis): readonly string[] =>
  suspicions.filter(({ cause }) => cause).map(({ code, on }) => `${code} ${on.id}`);

test('nodes with a router between them: the tunnel is followed through the VPC', async () => {
  const diagnosis = await diagnose(stub, apart(), CLIENT, WEB_THERE);
  expect(diagnosis.verdict).toBe('delivered');
  expect(stations(diagnosis)[0]).toBe(
    'forward: pod default/client-676b64bf44-qh4v6 → node node1 → vswitch vsw-1 → node node2 → pod default/web-7f6598ddc7-88tc5',
  );
});

test('pods by routes of the VPC: the packet is followed to the node that the route leads to', async () => {
  world.tables[0]?.entries.push(route('10.244.0.0/24', 'Instance', 'i-node1'), route('10.244.1.0/24', 'Instance', 'i-node2'));
  const folder = untunnelled();
  const healthy = await diagnose(stub, folder, CLIENT, WEB_THERE);
  expect(causes(healthy)).toEqual([]);
  expect(healthy.verdict).toBe('delivered');
  expect(stations(healthy)[0]).toBe(
    `forward: pod default/client-676b64bf44-qh4v6 → node node1 → vpc ${VPC} → node node2 → pod default/web-7f6598ddc7-88tc5`,
  );

  world.tables[0]?.entries.pop();
  const broken = await diagnose(stub, folder, CLIENT, WEB_THERE);
  expect(broken.verdict).toBe('dropped');
  expect(causes(broken)).toContain('ALIYUN_ROUTE_MISSING vtb-1');
});

test('the way back has its own routes', async () => {
  world.tables[0]?.entries.push(route('10.244.1.0/24', 'Instance', 'i-node2'));
  const diagnosis = await diagnose(stub, untunnelled(), CLIENT, WEB_THERE);
  expect(diagnosis.verdict).toBe('dropped');
  expect(causes(diagnosis)).toContain('ALIYUN_ROUTE_MISSING vtb-1');
});

test('a pod to the Internet, hidden twice', async () => {
  world.tables[0]?.entries.push(route('0.0.0.0/0', 'NatGateway', 'ngw-1'));
  world.nats.push({
    NatGatewayId: 'ngw-1',
    VpcId: VPC,
    NetworkType: 'internet',
    Status: 'Available',
    BusinessStatus: 'Normal',
    IpLists: { IpList: [{ IpAddress: '47.0.0.1' }] },
    snat: [{ SnatEntryId: 'snat-1', SourceCIDR: '172.30.0.0/24', SnatIp: '47.0.0.1', Status: 'Available' }],
    forward: [],
  });
  const diagnosis = await diagnose(stub, recordedCluster(), CLIENT, '93.184.216.34:443');
  expect(diagnosis.verdict).toBe('delivered');
  expect(stations(diagnosis)[0]).toBe(
    'forward: pod default/client-676b64bf44-qh4v6 → node node1 → nat-gateway ngw-1 → external 93.184.216.34',
  );
  expect(diagnosis.graph.nodes).toContainEqual({ type: 'nat-gateway', id: 'ngw-1', label: '47.0.0.1' });

  world.nats[0]?.snat.pop();
  expect(causes(await diagnose(stub, recordedCluster(), CLIENT, '93.184.216.34:443'))).toEqual(['ALIYUN_SNAT_MISSING ngw-1']);
});

test('a client outside, by the load balancer, to a pod', async () => {
  world.clbs.push({
    LoadBalancerId: 'lb-1',
    LoadBalancerStatus: 'active',
    Address: VIP,
    VpcId: VPC,
    listeners: [
      { ListenerPort: 80, ListenerProtocol: 'tcp', Status: 'running', VServerGroupId: 'rsp-1', TCPListenerConfig: { HealthCheck: 'on' } },
    ],
    servers: [],
    health: [],
  });
  world.vGroups.push({
    VServerGroupId: 'rsp-1',
    servers: ['i-node1', 'i-node2'].map((ServerId, index) => ({ ServerId, ServerIp: ADDRESSES[index], Port: 31326, Weight: 100 })),
  });
  const folder = balanced();
  const healthy = await diagnose(stub, folder, '203.0.113.5', `${VIP}:80`);
  expect(causes(healthy)).toEqual([]);
  expect(healthy.verdict).toBe('delivered');
  expect(stations(healthy)).toContainEqual(expect.stringMatching(/^forward: external 203\.0\.113\.5 → loadbalancer lb-1 → node node2 → /));

  Object.assign(world.clbs[0]?.listeners[0] ?? {}, { Status: 'stopped' });
  expect(causes(await diagnose(stub, folder, '203.0.113.5', `${VIP}:80`))).toEqual(['ALIYUN_LISTENER_STOPPED lb-1']);
});

test('the address of an NLB, of which the Service tells the name alone', async () => {
  Object.assign(world, { nlbs: nlbWorld().nlbs, serverGroups: nlbWorld().serverGroups, groups: nlbWorld().groups });
  const folder = balanced('nlb-1', { hostname: 'nlb-1.cn-hangzhou.nlb.aliyuncs.com' });
  const diagnosis = await diagnose(stub, folder, '203.0.113.5', `${VIP}:80`);
  expect(causes(diagnosis)).toEqual([]);
  expect(diagnosis.verdict).toBe('delivered');
  expect(stations(diagnosis)).toContainEqual(expect.stringMatching(/→ loadbalancer nlb-1 → node node2 → /));
});

test('a right that is missing makes the hop unknown, and says which', async () => {
  stub.fail('ecs:DescribeSecurityGroupAttribute', { times: 99, status: 403, code: 'Forbidden.RAM' });
  const diagnosis = await diagnose(stub, recordedCluster(), CLIENT, WEB_THERE);
  expect(diagnosis.verdict).toBe('unknown');
  expect(causes(diagnosis)).toEqual(['ALIYUN_FORBIDDEN ecs:DescribeSecurityGroupAttribute']);
});

test('a pod of another group is refused by a rule, by its address', async () => {
  world.groups[0]?.rules.push(rule({ Policy: 'Drop', IpProtocol: 'TCP', PortRange: '8080/8080', SourceCidrIp: '10.244.0.0/24' }));
  world.tables[0]?.entries.push(route('10.244.0.0/24', 'Instance', 'i-node1'), route('10.244.1.0/24', 'Instance', 'i-node2'));
  expect(causes(await diagnose(stub, untunnelled(), CLIENT, WEB_THERE))).toEqual(['ALIYUN_SECURITY_GROUP_INGRESS sg-nodes']);
});
