import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ACTIONS, type ActionName, ramAction } from './api/actions.ts';
import { liveReader } from './api/reader.ts';
import { readEverything } from './record.ts';
import { albWorld, clbWorld, clusterWith, nlbWorld, service } from './testing/balancers.ts';
import { inMemory } from './testing/shim.ts';
import { VPC, type World, aclEntry, route, rule } from './testing/world.ts';

const all = (Object.keys(ACTIONS) as ActionName[]).map(ramAction).sort();

test('the policy in the README allows the calls that can be made, and no others', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const policy = JSON.parse(/```json\n(\{ *\n? *"Version"[\s\S]*?)\n```/.exec(readme)?.[1] ?? '{}') as {
    Version: string;
    Statement: { Effect: string; Action: string[]; Resource: string }[];
  };
  expect(policy).toMatchObject({ Version: '1', Statement: [{ Effect: 'Allow', Resource: '*' }] });
  expect(policy.Statement.flatMap(({ Action }) => Action).sort()).toEqual(all);
});

test('all of them read', () => {
  expect(all.filter((action) => !/^[a-z]+:(?:Describe|List|Get)/.test(action))).toEqual([]);
});

/** Everything that can be there is there. */
function fill(world: World): World {
  Object.assign(world.vSwitches[0] ?? {}, { NetworkAclId: 'nacl-1' });
  world.acls.push({ NetworkAclId: 'nacl-1', Status: 'Available', ingress: [aclEntry({ SourceCidrIp: 'pl-1' })], egress: [] });
  world.prefixLists['pl-1'] = ['10.0.0.0/8'];
  world.portLists['prl-1'] = ['80/80'];
  world.groups[0]?.rules.push(rule({ SourcePrefixListId: 'pl-1', PortRange: undefined, PortRangeListId: 'prl-1' }));
  world.tables[0]?.entries.push(route('10.9.0.0/16', 'HaVip', 'havip-1'));
  world.nats.push({ NatGatewayId: 'ngw-1', VpcId: VPC, snat: [], forward: [] });
  world.ipv6Addresses.push({ Ipv6AddressId: 'ipv6-1', Ipv6Address: '2408::1', Ipv6GatewayId: 'ipv6gw-1', VpcId: VPC });
  Object.assign(world.instances[0] ?? {}, { EipAddress: { AllocationId: 'eip-1', IpAddress: '47.0.0.9' } });
  return world;
}

test('each of them is made, to record a cluster that has everything', async () => {
  const calls = new Set<string>();
  const clb = clbWorld();
  clb.clbAcls['acl-1'] = [];
  const listener = { ListenerProtocol: 'tcp', Status: 'running', TCPListenerConfig: { HealthCheck: 'on' } };
  clb.clbs[0]?.listeners.push(
    { ...listener, ListenerPort: 81, AclStatus: 'on', AclIds: ['acl-1'], BackendServerPort: 80 },
    { ...listener, ListenerPort: 82, TCPListenerConfig: { MasterSlaveServerGroupId: 'rsp-ms' } },
  );
  for (const [world, id] of [
    [clb, 'lb-1'],
    [nlbWorld(), 'nlb-1'],
    [albWorld(), 'alb-1'],
  ] as const) {
    const reader = liveReader(inMemory(fill(world), calls), new AbortController().signal);
    await readEverything(reader, clusterWith(service({ labels: { 'service.k8s.alibaba/loadbalancer-id': id } })));
  }
  expect([...calls].sort()).toEqual(all);
});
