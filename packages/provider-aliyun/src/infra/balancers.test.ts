import { describe, expect, test } from '@jest/globals';
import type { Service } from '@skoop/core';
import { type Asking, VIP, albWorld, clbWorld, clusterWith, nlbWorld, servers, service } from '../testing/balancers.ts';
import { Asked, NODES, told } from '../testing/shim.ts';
import { VPC, type Wire, type World, aclEntry, eni, rule } from '../testing/world.ts';

type Change = (world: World) => unknown;
const client = { src: '203.0.113.5', dst: VIP, dport: 80 };
const listener = (world: World, fields: Wire): unknown => Object.assign(world.clbs[0]?.listeners[0] ?? {}, fields);
const acl =
  (type: string, ...entries: string[]): Change =>
  (world) => {
    world.clbAcls['acl-1'] = entries;
    listener(world, { AclStatus: 'on', AclType: type, AclIds: ['acl-1'] });
  };

async function ask(world: World, change: Change, asked: Service, fields: object = {}) {
  change(world);
  return new Asked(world, clusterWith(asked)).toBalancer(asked, { ...client, ...fields });
}

describe('a classic load balancer', () => {
  test('sends on to the nodes, by weight, and keeps the client', async () => {
    const result = await ask(clbWorld(), (w) => Object.assign(w.vGroups[0]?.servers[0] ?? {}, { Weight: '300' }), service());
    expect(result).toMatchObject({
      outcome: 'pass',
      hops: [{ type: 'loadbalancer', id: 'lb-1', label: VIP }],
      suspicions: [],
      forwards: [
        { to: 'node1', probability: 0.75, packet: { src: '203.0.113.5', dst: '172.30.0.11', dport: 31326 } },
        { to: 'node2', probability: 0.25, packet: { dst: '172.30.0.12' } },
      ],
    });
  });

  test.each<[name: string, change: Change, asked: Asking, answer: string]>([
    ['by the address of its status', () => {}, { labels: {} }, 'pass'],
    [
      "by the user's own annotation",
      () => {},
      { labels: {}, annotations: { 'service.beta.kubernetes.io/alicloud-loadbalancer-id': 'lb-1' } },
      'pass',
    ],
    ['that was removed', (w) => w.clbs.pop(), {}, 'drop · LB_MISSING lb-1'],
    ['that is nobody here', (w) => w.clbs.pop(), { labels: {} }, `unknown · LB_MISSING ${VIP}`],
    ['that is locked', (w) => Object.assign(w.clbs[0] ?? {}, { LoadBalancerStatus: 'locked' }), {}, 'drop · LB_INACTIVE lb-1'],
    ['without the listener', (w) => listener(w, { ListenerPort: 443 }), {}, 'drop · LISTENER_MISSING lb-1'],
    ['with a listener for UDP alone', (w) => listener(w, { ListenerProtocol: 'udp' }), {}, 'drop · LISTENER_MISSING lb-1'],
    ['with a listener that is stopped', (w) => listener(w, { Status: 'stopped' }), {}, 'drop · LISTENER_STOPPED lb-1'],
    ['with a white list that has the client', acl('white', '198.51.100.0/24', '203.0.113.0/24'), {}, 'pass'],
    ['with a white list that lacks it', acl('white', '198.51.100.0/24'), {}, 'drop · LB_ACL lb-1'],
    ['with a black list that has it', acl('black', '203.0.113.5'), {}, 'drop · LB_ACL lb-1'],
    ['with an empty list', acl('white'), {}, 'pass'],
    [
      'with a list that is not there',
      (w) => listener(w, { AclStatus: 'on', AclType: 'white', AclId: 'acl-9' }),
      {},
      'unknown · UNREADABLE slb:DescribeAccessControlListAttribute',
    ],
    [
      'that redirects',
      (w) => listener(w, { ListenerProtocol: 'http', HTTPListenerConfig: { ListenerForward: 'on' } }),
      {},
      'unknown · LB_UNCLEAR lb-1',
    ],
    ['without servers', (w) => Object.assign(w.vGroups[0] ?? {}, { servers: [] }), {}, 'drop · LB_NO_BACKEND lb-1'],
    [
      'with servers of weight 0',
      (w) => w.vGroups[0]?.servers.forEach((server) => Object.assign(server, { Weight: 0 })),
      {},
      'drop · LB_NO_BACKEND lb-1',
    ],
    ['without one of the nodes', (w) => w.vGroups[0]?.servers.pop(), {}, 'pass · LB_BACKEND_MISSING lb-1'],
    [
      'on another port than the NodePort',
      (w) => Object.assign(w.vGroups[0]?.servers[1] ?? {}, { Port: 30000 }),
      {},
      'pass · LB_BACKEND_MISSING lb-1 · LB_BACKEND_STALE lb-1',
    ],
    ['where only nodes with pods should be', () => {}, { policy: 'Local' }, 'pass · LB_BACKEND_STALE lb-1'],
    ['where only those are', (w) => w.vGroups[0]?.servers.shift(), { policy: 'Local' }, 'pass'],
    [
      'with a server that is not well',
      (w) => w.clbs[0]?.health.push({ ServerId: 'i-node1', Port: 31326, ServerHealthStatus: 'abnormal' }),
      {},
      'pass · LB_UNHEALTHY lb-1',
    ],
    [
      'with none that is well: and the group that may be why',
      (w) =>
        w.clbs[0]?.health.push(...['i-node1', 'i-node2'].map((ServerId) => ({ ServerId, Port: 31326, ServerHealthStatus: 'abnormal' }))),
      {},
      'unknown · LB_UNHEALTHY lb-1 · SECURITY_GROUP_INGRESS sg-nodes · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'where health is not looked at',
      (w) => {
        listener(w, { TCPListenerConfig: { HealthCheck: 'off' } });
        w.clbs[0]?.health.push({ ServerId: 'i-node1', Port: 31326, ServerHealthStatus: 'unavailable' });
      },
      {},
      'pass',
    ],
    [
      "on the balancer's own servers",
      (w) => [
        listener(w, { VServerGroupId: '', BackendServerPort: 31326 }),
        Object.assign(w.clbs[0] ?? {}, { servers: servers().map(({ Port: _, ...server }) => server) }),
      ],
      {},
      'pass',
    ],
    [
      'on a pair, of which one waits',
      (w) => {
        listener(w, { VServerGroupId: '', TCPListenerConfig: { HealthCheck: 'on', MasterSlaveServerGroupId: 'rsp-ms' } });
        w.pairGroups.push({
          MasterSlaveServerGroupId: 'rsp-ms',
          servers: servers().map((server, index) => ({ ...server, ServerType: index === 0 ? 'Master' : 'Slave' })),
        });
      },
      {},
      'pass',
    ],
  ])('%s', async (_name, change, asked, answer) => {
    expect(told(await ask(clbWorld(), change, service(asked)))).toBe(answer);
  });

  test('pods behind it, in ENI mode', async () => {
    const asked = service({ annotations: { 'service.beta.kubernetes.io/backend-type': 'eni' } });
    const change: Change = (w) => {
      w.enis.push(eni('eni-pod', 'i-node2', '10.244.1.3'));
      Object.assign(w.vGroups[0] ?? {}, {
        servers: [{ ServerId: 'eni-pod', ServerIp: '10.244.1.3', Type: 'eni', Port: 8080, Weight: 100 }],
      });
    };
    expect(await ask(clbWorld(), change, asked)).toMatchObject({
      outcome: 'pass',
      suspicions: [],
      forwards: [{ to: 'node2', probability: 1, packet: { dst: '10.244.1.3', dport: 8080 } }],
    });
  });

  test('a listener of HTTP hides the client', async () => {
    const result = await ask(
      clbWorld(),
      (w) => listener(w, { ListenerProtocol: 'http', HTTPListenerConfig: { HealthCheck: 'on' } }),
      service(),
    );
    expect(result.forwards?.map(({ packet }) => packet.src)).toEqual(['100.64.0.1', '100.64.0.1']);
  });

  test('what it sends on is not asked about again at the node, nor its answer', async () => {
    const world = clbWorld();
    const asked = service();
    const { shim } = new Asked(world, clusterWith(asked));
    const options = { signal: new AbortController().signal, direction: 'forward' } as const;
    const { forwards } = await shim.externalToLoadBalancer(asked, { ...client, sport: 5000, protocol: 'tcp' }, NODES, options);
    const [first] = forwards ?? [];
    if (first === undefined || NODES[0] === undefined) throw new Error('it sends nothing on');
    expect(told(await shim.externalToNode(NODES[0], first.packet, options))).toBe('pass');
    const { src, sport, dst, dport } = first.packet;
    const back = { ...first.packet, src: dst, sport: dport, dst: src, dport: sport };
    expect(told(await shim.nodeToExternal(NODES[0], 'eth0', back, { ...options, direction: 'reply' }))).toBe('pass');
  });
});

describe('a network load balancer', () => {
  const byId: Asking = { labels: { 'service.k8s.alibaba/loadbalancer-id': 'nlb-1' } };
  const hidden: Change = (w) => Object.assign(w.serverGroups[0] ?? {}, { PreserveClientIpEnabled: false });
  const closed: Change = (w) => w.groups[0]?.rules.pop();
  /** A vSwitch of its own, whose ACL lets everything pass but for what is given. */
  const standsIn =
    (acl: Partial<World['acls'][number]>): Change =>
    (w) => {
      const open = [aclEntry({ SourceCidrIp: '0.0.0.0/0', DestinationCidrIp: '0.0.0.0/0' })];
      w.acls.push({ NetworkAclId: 'nacl-lb', Status: 'Available', ingress: open, egress: open, ...acl });
      w.vSwitches.push({ ...w.vSwitches[0], VSwitchId: 'vsw-lb', NetworkAclId: 'nacl-lb' });
      Object.assign((w.nlbs[0]?.['ZoneMappings'] as Wire[])[0] ?? {}, { VSwitchId: 'vsw-lb' });
    };

  test.each<[name: string, change: Change, asked: Asking, answer: string]>([
    ['by its id', () => {}, byId, 'pass'],
    ['that is being made', (w) => Object.assign(w.nlbs[0] ?? {}, { LoadBalancerStatus: 'Provisioning' }), byId, 'drop · LB_INACTIVE nlb-1'],
    [
      'with a bill',
      (w) => Object.assign(w.nlbs[0] ?? {}, { LoadBalancerBusinessStatus: 'FinancialLocked' }),
      byId,
      'drop · LB_INACTIVE nlb-1',
    ],
    [
      'with a zone taken out',
      (w) => Object.assign((w.nlbs[0]?.['ZoneMappings'] as Wire[])[0] ?? {}, { Status: 'Shifted' }),
      byId,
      'pass · LB_ZONE nlb-1',
    ],
    [
      'with a listener for a range',
      (w) => Object.assign(w.nlbs[0]?.listeners[0] ?? {}, { ListenerPort: '0', StartPort: '1', EndPort: '100' }),
      byId,
      'pass',
    ],
    [
      'with a group that lets nobody in',
      (w) => [
        w.groups.push({ SecurityGroupId: 'sg-nlb', SecurityGroupType: 'normal', VpcId: VPC, InnerAccessPolicy: 'Drop', rules: [] }),
        Object.assign(w.nlbs[0] ?? {}, { SecurityGroupIds: ['sg-nlb'] }),
      ],
      byId,
      'drop · SECURITY_GROUP_INGRESS sg-nlb',
    ],
    [
      'whose servers see the client, and do not let it in',
      closed,
      byId,
      'drop · SECURITY_GROUP_INGRESS sg-nodes · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'whose servers see the balancer, and let that in',
      (w) => [hidden(w), closed(w), w.groups[0]?.rules.push(rule({ SourceCidrIp: '172.30.0.81' }))],
      byId,
      'pass',
    ],
    ['in a vSwitch whose ACL lets nobody in', standsIn({ ingress: [] }), byId, 'drop · NETWORK_ACL nacl-lb'],
    ['in one whose ACL lets nothing out', standsIn({ egress: [] }), byId, 'drop · NETWORK_ACL nacl-lb · NETWORK_ACL nacl-lb'],
    ['in one whose ACL lets both', standsIn({}), byId, 'pass'],
    [
      'in two, of which one is closed',
      (w) => [
        standsIn({ ingress: [] })(w),
        (w.nlbs[0]?.['ZoneMappings'] as Wire[]).push({
          ZoneId: 'cn-hangzhou-j',
          VSwitchId: 'vsw-1',
          Status: 'Active',
          LoadBalancerAddresses: [],
        }),
      ],
      byId,
      'pass · NETWORK_ACL nacl-lb',
    ],
    [
      'in one that is not there',
      (w) => Object.assign((w.nlbs[0]?.['ZoneMappings'] as Wire[])[0] ?? {}, { VSwitchId: 'vsw-9' }),
      byId,
      'unknown · LB_UNCLEAR nlb-1 · LB_UNCLEAR nlb-1',
    ],
    [
      'with servers that are being removed',
      (w) => Object.assign(w.serverGroups[0]?.servers[0] ?? {}, { Status: 'Removing' }),
      byId,
      'pass · LB_BACKEND_MISSING nlb-1',
    ],
    [
      'with one that is not well',
      (w) =>
        w.serverGroups[0]?.bad.push({ ServerId: 'i-node2', Port: 31326, Status: 'Unhealthy', Reason: { ReasonCode: 'CONNECT_TIMEOUT' } }),
      byId,
      'pass · LB_UNHEALTHY nlb-1',
    ],
  ])('%s', async (_name, change, asked, answer) => {
    expect(told(await ask(nlbWorld(), change, service(asked)))).toBe(answer);
  });

  test('by its name, and hidden clients come from its own address', async () => {
    const asked = {
      ...service({ labels: {} }),
      status: { ingress: [{ ip: '', hostname: 'nlb-1.cn-hangzhou.nlb.aliyuncs.com', ipMode: '' }] },
    };
    const result = await ask(nlbWorld(), hidden, asked);
    expect(result).toMatchObject({ outcome: 'pass', hops: [{ id: 'nlb-1' }] });
    expect(result.forwards?.map(({ packet }) => packet.src)).toEqual(['172.30.0.81', '172.30.0.81']);
  });
});

describe('an application load balancer', () => {
  const byId: Asking = { labels: { 'service.k8s.alibaba/loadbalancer-id': 'alb-1' } };
  const to = (id: string): Wire => ({ ForwardGroupConfig: { ServerGroupTuples: [{ ServerGroupId: id }] } });
  const ruled =
    (...RuleActions: Wire[]): Change =>
    (w) =>
      w.albs[0]?.rules.push({ RuleId: 'rule-1', ListenerId: 'lsn-2', RuleStatus: 'Available', Direction: 'Request', RuleActions });

  test.each<[name: string, change: Change, fields: object, answer: string]>([
    ['passes those in its list', () => {}, {}, 'pass'],
    ['refuses others', () => {}, { src: '198.51.100.1' }, 'drop · LB_ACL alb-1'],
    [
      'answers by itself without a group',
      (w) => Object.assign(w.albs[0]?.listeners[0] ?? {}, { DefaultActions: [{ Type: 'FixedResponse' }] }),
      {},
      'unknown · LB_UNCLEAR alb-1',
    ],
    [
      'finds a server not well',
      (w) => w.serverGroups[0]?.bad.push({ ServerId: 'i-node2', Port: 31326, Status: 'Unhealthy' }),
      {},
      'pass · LB_UNHEALTHY alb-1',
    ],
    ['may send a request to other servers', ruled({ Type: 'ForwardGroup', ...to('sgp-2') }), {}, 'unknown · LB_UNCLEAR alb-1'],
    ['may send the client elsewhere', ruled({ Type: 'Redirect' }), {}, 'unknown · LB_UNCLEAR alb-1'],
    ['sends every request to the same', ruled({ Type: 'InsertHeader' }, { Type: 'ForwardGroup', ...to('sgp-1') }), {}, 'pass'],
    ['refuses before any rule', ruled({ Type: 'Redirect' }), { src: '198.51.100.1' }, 'drop · LB_ACL alb-1'],
  ])('%s', async (_name, change, fields, answer) => {
    expect(told(await ask(albWorld(), change, service(byId), fields))).toBe(answer);
  });

  test('by its name', async () => {
    const asked = {
      ...service({ labels: {} }),
      status: { ingress: [{ ip: '', hostname: 'alb-1.cn-hangzhou.alb.aliyuncs.com', ipMode: '' }] },
    };
    expect(told(await ask(albWorld(), () => {}, asked))).toBe('pass');
  });
});
