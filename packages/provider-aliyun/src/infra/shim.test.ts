import { describe, expect, test } from '@jest/globals';
import { Asked, told } from '../testing/shim.ts';
import { VPC, type World, aclEntry, eni, healthyWorld, route, rule } from '../testing/world.ts';

type Change = (world: World) => unknown;

function changed(change: Change): World {
  const world = healthyWorld();
  change(world);
  return world;
}

const group = (world: World, fields: object, ...rules: World['groups'][number]['rules']): unknown =>
  Object.assign(world.groups[0] ?? {}, { ...fields, rules });
const closed = { InnerAccessPolicy: 'Drop' };
const VXLAN = { protocol: 'udp', sport: 50000, dport: 8472, encap: {} as never };

/** node2 in a vSwitch of its own. */
const apart: Change = (world) => {
  world.vSwitches.push({ ...world.vSwitches[0], VSwitchId: 'vsw-2', CidrBlock: '172.30.1.0/24' });
  Object.assign(world.enis[1] ?? {}, {
    VSwitchId: 'vsw-2',
    PrivateIpAddress: '172.30.1.12',
    PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: '172.30.1.12', Primary: true }] },
  });
  world.tables[0]?.entries.push(route('172.30.1.0/24', 'local', '', { Type: 'System' }));
};
const there = { dst: '172.30.1.12' };

/** vsw-1 gets an ACL of these entries. */
const withAcl =
  (ingress: World['acls'][number]['ingress'], egress: World['acls'][number]['egress']): Change =>
  (world) => {
    Object.assign(world.vSwitches[0] ?? {}, { NetworkAclId: 'nacl-1' });
    world.acls.push({ NetworkAclId: 'nacl-1', Status: 'Available', ingress, egress });
  };

describe('node to node: security groups', () => {
  test.each<[name: string, change: Change, ask: Parameters<Asked['nodeToNode']>, answer: string]>([
    ['members of a basic group speak', () => {}, [], 'pass'],
    ['even past a rule that drops', (w) => group(w, {}, rule({ Policy: 'Drop', SourceCidrIp: '0.0.0.0/0' })), [], 'pass'],
    ['unless the group isolates them', (w) => group(w, closed), [], 'drop · SECURITY_GROUP_INGRESS sg-nodes'],
    [
      'or is an advanced one',
      (w) => group(w, { SecurityGroupType: 'enterprise' }),
      [],
      'drop · SECURITY_GROUP_EGRESS sg-nodes · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'a pod behind a node is no member',
      (w) => group(w, {}),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'drop · ROUTE_MISSING vtb-1 · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    ['an answer passes', (w) => group(w, closed), [{}, 'reply'], 'pass'],
    ['the way back of VXLAN is no answer', (w) => group(w, closed), [VXLAN, 'reply'], 'drop · SECURITY_GROUP_INGRESS sg-nodes'],
    ['that of WireGuard is one', (w) => group(w, closed), [{ ...VXLAN, sport: 51820, dport: 51820 }, 'reply'], 'pass'],
    ['a rule for the address', (w) => group(w, closed, rule({ SourceCidrIp: '172.30.0.11' })), [], 'pass'],
    [
      'a rule for another address',
      (w) => group(w, closed, rule({ SourceCidrIp: '172.30.0.13' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    ['a rule for the group', (w) => group(w, closed, rule({ SourceGroupId: 'sg-nodes' })), [], 'pass'],
    ['a rule for another group', (w) => group(w, closed, rule({ SourceGroupId: 'sg-2' })), [], 'drop · SECURITY_GROUP_INGRESS sg-nodes'],
    [
      'a group of another account, where the sender is seen and not in it',
      (w) => group(w, closed, rule({ SourceGroupId: 'sg-x', SourceGroupOwnerAccount: '1' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'a prefix list',
      (w) => {
        w.prefixLists['pl-1'] = ['192.0.2.0/24', '172.30.0.0/16'];
        group(w, closed, rule({ SourcePrefixListId: 'pl-1' }));
      },
      [],
      'pass',
    ],
    [
      'a prefix list that is not there',
      (w) => group(w, closed, rule({ SourcePrefixListId: 'pl-1' })),
      [],
      'unknown · SECURITY_GROUP_UNCLEAR sg-nodes · UNREADABLE ecs:DescribePrefixListAttributes',
    ],
    [
      'one that does not matter',
      (w) => group(w, closed, rule({ SourcePrefixListId: 'pl-1', Priority: 5 }), rule({ SourceCidrIp: '172.30.0.0/24', Priority: 6 })),
      [],
      'pass',
    ],
    [
      'a port list',
      (w) => {
        w.portLists['prl-1'] = ['22/22', '80/90'];
        group(w, closed, rule({ SourceCidrIp: '172.30.0.0/24', PortRange: undefined, PortRangeListId: 'prl-1' }));
      },
      [],
      'pass',
    ],
    [
      'another port',
      (w) => group(w, closed, rule({ SourceCidrIp: '172.30.0.0/24', PortRange: '81/90' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'the smaller number wins',
      (w) =>
        group(
          w,
          closed,
          rule({ SourceCidrIp: '172.30.0.0/24', Priority: 10, Policy: 'Drop' }),
          rule({ SourceCidrIp: '0.0.0.0/0', Priority: '9' }),
        ),
      [],
      'pass',
    ],
    [
      'of equal numbers the one that drops, however wide it is',
      (w) =>
        group(w, closed, rule({ SourceCidrIp: '172.30.0.11/32' }), rule({ SourceCidrIp: '0.0.0.0/0', Policy: 'Drop', IpProtocol: 'ALL' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'a rule with both ends needs both',
      (w) => group(w, closed, rule({ SourceCidrIp: '172.30.0.11', DestCidrIp: '172.30.0.13/32' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'a source port',
      (w) => group(w, closed, rule({ SourceCidrIp: '0.0.0.0/0', SourcePortRange: '1/1023' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    ['a protocol by its number', (w) => group(w, closed, rule({ SourceCidrIp: '0.0.0.0/0', IpProtocol: '6' })), [], 'pass'],
    [
      'a protocol that nobody knows',
      (w) => group(w, closed, rule({ SourceCidrIp: '0.0.0.0/0', IpProtocol: 'QUIC' })),
      [],
      'unknown · SECURITY_GROUP_UNCLEAR sg-nodes',
    ],
    ['a rule without another end', (w) => group(w, closed, rule({})), [], 'unknown · SECURITY_GROUP_UNCLEAR sg-nodes'],
    [
      'a rule of the other IP version',
      (w) => group(w, closed, rule({ Ipv6SourceCidrIp: '::/0' })),
      [],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'a basic group drops on the way out where a rule says so',
      (w) => group(w, {}, rule({ Direction: 'egress', DestCidrIp: '0.0.0.0/0', Policy: 'Drop' })),
      [],
      'drop · SECURITY_GROUP_EGRESS sg-nodes',
    ],
    [
      'IP-in-IP needs ALL',
      (w) => group(w, closed, rule({ SourceCidrIp: '0.0.0.0/0' })),
      [{ protocol: 'ipencap', sport: 0, dport: 0 }],
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
  ])('%s', async (_name, change, ask, answer) => {
    expect(told(await new Asked(changed(change)).nodeToNode(...ask))).toBe(answer);
  });
});

describe('node to node: network ACLs, instances, routes', () => {
  test.each<[name: string, change: Change, ask: Parameters<Asked['nodeToNode']>, answer: string]>([
    ['another vSwitch', apart, [there], 'pass'],
    ['an ACL without an entry drops', (w) => [apart(w), withAcl([], [])(w)], [there], 'drop · NETWORK_ACL nacl-1'],
    [
      'the first entry that fits decides',
      (w) => [
        apart(w),
        withAcl([], [aclEntry({ DestinationCidrIp: '172.30.1.0/24', Policy: 'drop' }), aclEntry({ DestinationCidrIp: '0.0.0.0/0' })])(w),
      ],
      [there],
      'drop · NETWORK_ACL nacl-1',
    ],
    [
      'in the order of the list',
      (w) => [
        apart(w),
        withAcl([], [aclEntry({ DestinationCidrIp: '0.0.0.0/0' }), aclEntry({ DestinationCidrIp: '172.30.1.0/24', Policy: 'drop' })])(w),
      ],
      [there],
      'pass',
    ],
    [
      'it is stateless: the answer is judged by its own ports',
      (w) => [
        apart(w),
        withAcl(
          [aclEntry({ SourceCidrIp: '0.0.0.0/0', Protocol: 'tcp', Port: '1/1023' })],
          [aclEntry({ DestinationCidrIp: '0.0.0.0/0' })],
        )(w),
      ],
      [{ src: '172.30.1.12', sport: 80, dst: '172.30.0.11', dport: 40000 }, 'reply', [1, 0]],
      'drop · NETWORK_ACL nacl-1',
    ],
    ['inside of one vSwitch it is but a warning', withAcl([], []), [], 'pass · NETWORK_ACL nacl-1 · NETWORK_ACL nacl-1'],
    [
      'an entry for a list that is not there',
      (w) => [apart(w), withAcl([], [aclEntry({ DestinationCidrIp: 'pl-9' })])(w)],
      [there],
      'unknown · NETWORK_ACL_UNCLEAR nacl-1 · UNREADABLE vpc:GetVpcPrefixListEntries',
    ],
    [
      'the entries of IPv6 are not for IPv4',
      (w) => [apart(w), withAcl([], [aclEntry({ DestinationCidrIp: '::/0', IpVersion: 'IPV6' })])(w)],
      [there],
      'drop · NETWORK_ACL nacl-1',
    ],
    ['an instance that is stopped', (w) => Object.assign(w.instances[1] ?? {}, { Status: 'Stopped' }), [], 'drop · INSTANCE_DOWN i-node2'],
    [
      'an instance with a bill',
      (w) => Object.assign(w.instances[1] ?? {}, { OperationLocks: { LockReason: [{ LockReason: 'financial' }] } }),
      [],
      'drop · INSTANCE_DOWN i-node2',
    ],
    [
      'a lock that cuts nothing',
      (w) => Object.assign(w.instances[1] ?? {}, { OperationLocks: { LockReason: [{ LockReason: 'Recycling' }] } }),
      [],
      'pass',
    ],
    ['an instance that is not there', (w) => w.instances.pop(), [], 'unknown · INSTANCE_MISSING i-node2'],
    [
      'an interface that checks addresses',
      (w) => Object.assign(w.enis[0] ?? {}, { SourceDestCheck: true }),
      [{ src: '10.244.0.5' }],
      'drop · SOURCE_DEST_CHECK eni-node1',
    ],
    [
      'a route to the pods of the node',
      (w) => w.tables[0]?.entries.push(route('10.244.1.0/24', 'Instance', 'i-node2')),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'pass',
    ],
    [
      'a route to another node',
      (w) => w.tables[0]?.entries.push(route('10.244.1.0/24', 'Instance', 'i-node1')),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'drop · ROUTE_WRONG vtb-1',
    ],
    [
      'a route to an instance that is gone',
      (w) => w.tables[0]?.entries.push(route('10.244.1.0/24', 'Instance', 'i-gone')),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'drop · ROUTE_GONE vtb-1',
    ],
    [
      'the longest prefix wins',
      (w) => w.tables[0]?.entries.push(route('10.244.0.0/16', 'Instance', 'i-node1'), route('10.244.1.0/24', 'Instance', 'i-node2')),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'pass',
    ],
    [
      'a route that is not available does not count',
      (w) => w.tables[0]?.entries.push(route('10.244.1.0/24', 'Instance', 'i-node2', { Status: 'Pending' })),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'drop · ROUTE_MISSING vtb-1',
    ],
    [
      "the table's own before what was learned",
      (w) =>
        w.tables[0]?.entries.push(
          route('10.244.1.0/24', 'Attachment', 'tr-1', { Type: 'CEN' }),
          route('10.244.1.0/24', 'Instance', 'i-node2'),
        ),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'pass',
    ],
    [
      'a transit router',
      (w) => w.tables[0]?.entries.push(route('10.244.1.0/24', 'Attachment', 'tr-1')),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'unknown · TRANSIT_UNSEEN tr-1',
    ],
    [
      'two next hops, one of them wrong',
      (w) =>
        w.tables[0]?.entries.push(
          route('10.244.1.0/24', '', '', {
            NextHops: {
              NextHop: [
                { NextHopType: 'Instance', NextHopId: 'i-node2', Enabled: 1 },
                { NextHopType: 'Instance', NextHopId: 'i-node1', Enabled: 1 },
              ],
            },
          }),
        ),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'pass · ROUTE_PARTLY_WRONG vtb-1',
    ],
    [
      'a standby that points elsewhere is not used',
      (w) =>
        w.tables[0]?.entries.push(
          route('10.244.1.0/24', '', '', {
            NextHops: {
              NextHop: [
                { NextHopType: 'Instance', NextHopId: 'i-node2', Enabled: 1, Weight: 100 },
                { NextHopType: 'Instance', NextHopId: 'i-node1', Enabled: 1, Weight: 0 },
              ],
            },
          }),
        ),
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'pass',
    ],
    [
      'a virtual address that node2 has now',
      (w) => {
        w.haVips.push({ HaVipId: 'havip-1', VpcId: VPC, IpAddress: '172.30.0.99', MasterInstanceId: 'i-node2', Status: 'InUse' });
        w.tables[0]?.entries.push(route('10.244.1.0/24', 'HaVip', 'havip-1'));
      },
      [{ src: '10.244.0.5', dst: '10.244.1.3' }],
      'pass',
    ],
    [
      'a pod with an interface of its own: the groups of that one count',
      (w) => {
        w.groups.push({ SecurityGroupId: 'sg-pods', SecurityGroupType: 'enterprise', VpcId: VPC, InnerAccessPolicy: 'Drop', rules: [] });
        w.enis.push({ ...eni('eni-pod', 'i-node2', '172.30.0.77'), SecurityGroupIds: { SecurityGroupId: ['sg-pods'] } });
      },
      [{ dst: '172.30.0.77' }],
      'drop · SECURITY_GROUP_INGRESS sg-pods',
    ],
    [
      'a pod in a delegated prefix, which only the group would let in',
      (w) => Object.assign(w.enis[1] ?? {}, { Ipv4PrefixSets: { Ipv4PrefixSet: [{ Ipv4Prefix: '172.30.0.64/28' }] } }),
      [{ dst: '172.30.0.70' }],
      'unknown · SECURITY_GROUP_UNCLEAR sg-nodes',
    ],
  ])('%s', async (_name, change, ask, answer) => {
    expect(told(await new Asked(changed(change)).nodeToNode(...ask))).toBe(answer);
  });
});

const nat: Change = (world) => {
  world.tables[0]?.entries.push(route('0.0.0.0/0', 'NatGateway', 'ngw-1'));
  world.nats.push({
    NatGatewayId: 'ngw-1',
    VpcId: VPC,
    NetworkType: 'internet',
    Status: 'Available',
    BusinessStatus: 'Normal',
    IpLists: { IpList: [{ IpAddress: '47.0.0.1', UsingStatus: 'UsedBySnatTable' }] },
    snat: [{ SnatEntryId: 'snat-1', SourceCIDR: '172.30.0.0/24', SourceVSwitchId: 'vsw-1', SnatIp: '47.0.0.1', Status: 'Available' }],
    forward: [],
  });
};
const eip: Change = (world) => {
  Object.assign(world.instances[0] ?? {}, { EipAddress: { AllocationId: 'eip-1', IpAddress: '47.0.0.9' } });
  world.eips.push({ AllocationId: 'eip-1', IpAddress: '47.0.0.9', Status: 'InUse', BusinessStatus: 'Normal' });
};
const gate: Change = (world) => world.ipv4Gateways.push({ Ipv4GatewayId: 'ipv4gw-1', VpcId: VPC, Enabled: true });
const outside = { dst: '93.184.216.34' };

describe('node to the outside', () => {
  test.each<[name: string, change: Change, ask: Parameters<Asked['nodeToExternal']>, answer: string]>([
    ['no public address and no route', () => {}, [outside], 'drop · NO_INTERNET i-node1'],
    ['an EIP', eip, [outside], 'pass'],
    [
      'an EIP that serves the node, and not a pod that was not masqueraded',
      eip,
      [{ ...outside, src: '10.244.0.5' }],
      'drop · NO_INTERNET i-node1',
    ],
    [
      'an EIP that is locked',
      (w) => [eip(w), Object.assign(w.eips[0] ?? {}, { OperationLocks: { LockReason: [{ LockReason: 'financial' }] } })],
      [outside],
      'drop · EIP_UNUSABLE eip-1',
    ],
    [
      'a fixed public address',
      (w) => Object.assign(w.instances[0] ?? {}, { PublicIpAddress: { IpAddress: ['47.0.0.8'] } }),
      [outside],
      'pass',
    ],
    ['SNAT', nat, [outside], 'pass'],
    [
      'SNAT by the network of the pods',
      (w) => [nat(w), w.nats[0]?.snat.push({ SourceCIDR: '10.244.0.0/16', SnatIp: '47.0.0.1', Status: 'Available' })],
      [{ ...outside, src: '10.244.0.5' }],
      'pass',
    ],
    ['SNAT that does not have the pods', nat, [{ ...outside, src: '10.244.0.5' }], 'drop · SNAT_MISSING ngw-1'],
    [
      'SNAT with an address that is bound no more',
      (w) => [nat(w), Object.assign(w.nats[0] ?? {}, { IpLists: { IpList: [] } })],
      [outside],
      'drop · SNAT_UNBOUND ngw-1',
    ],
    [
      'a NAT gateway with a bill',
      (w) => [nat(w), Object.assign(w.nats[0] ?? {}, { BusinessStatus: 'FinancialLocked' })],
      [outside],
      'drop · NAT_DOWN ngw-1',
    ],
    ['a NAT gateway that is gone', (w) => [nat(w), w.nats.pop()], [outside], 'drop · NAT_DOWN ngw-1'],
    ['an EIP goes before SNAT', (w) => [nat(w), w.nats[0]?.snat.pop(), eip(w)], [outside], 'pass'],
    ['an IPv4 gateway: the route decides', (w) => [nat(w), gate(w), eip(w)], [outside], 'pass'],
    ['an IPv4 gateway without a route', (w) => [gate(w), eip(w)], [outside], 'pass · IPV4_GATEWAY_ROUTE vtb-1'],
    [
      'an IPv4 gateway and no public address',
      (w) => [gate(w), w.tables[0]?.entries.push(route('0.0.0.0/0', 'Ipv4Gateway', 'ipv4gw-1'))],
      [outside],
      'drop · NO_INTERNET i-node1',
    ],
    [
      'a central way out',
      (w) => w.tables[0]?.entries.push(route('0.0.0.0/0', 'Attachment', 'tr-1')),
      [outside],
      'unknown · TRANSIT_UNSEEN tr-1',
    ],
    [
      'a gateway of their own',
      (w) => w.tables[0]?.entries.push(route('0.0.0.0/0', 'Instance', 'i-node2')),
      [outside],
      'unknown · TRANSIT_UNSEEN vtb-1',
    ],
    ['mail', nat, [{ ...outside, dport: 25 }], 'unknown · PORT_25 i-node1'],
    [
      'the group',
      (w) => [nat(w), group(w, {}, rule({ Direction: 'egress', Policy: 'Drop', DestCidrIp: '0.0.0.0/0' }))],
      [outside],
      'drop · SECURITY_GROUP_EGRESS sg-nodes',
    ],
    [
      'an ACL that keeps answers out',
      (w) => [nat(w), withAcl([], [aclEntry({ DestinationCidrIp: '0.0.0.0/0' })])(w)],
      [outside],
      'pass · NETWORK_ACL nacl-1',
    ],
    ['DNS of the platform needs nothing', withAcl([], []), [{ dst: '100.100.2.136', dport: 53, protocol: 'udp' }], 'pass'],
    ['a database of the VPC', () => {}, [{ dst: '172.30.0.200' }], 'pass'],
    [
      'a machine of the VPC that lets nobody in',
      (w) => [
        w.groups.push({ SecurityGroupId: 'sg-db', SecurityGroupType: 'normal', VpcId: VPC, InnerAccessPolicy: 'Accept', rules: [] }),
        w.enis.push({ ...eni('eni-db', 'i-db', '172.30.0.50'), SecurityGroupIds: { SecurityGroupId: ['sg-db'] } }),
      ],
      [{ dst: '172.30.0.50' }],
      'drop · SECURITY_GROUP_INGRESS sg-db',
    ],
    ['a private network that nobody routes', () => {}, [{ dst: '192.168.9.9' }], 'drop · ROUTE_MISSING vtb-1'],
    [
      'a network of the user that looks public',
      (w) => [
        nat(w),
        Object.assign(w.vpcs[0] ?? {}, { UserCidrs: { UserCidr: ['93.184.0.0/16'] } }),
        w.tables[0]?.entries.push(route('93.184.0.0/16', 'VpnGateway', 'vpn-1')),
      ],
      [outside],
      'unknown · TRANSIT_UNSEEN vpn-1',
    ],
    ['an answer goes back by its session', () => {}, [{ ...outside, sport: 80, dport: 50000 }, 'reply'], 'pass'],
    ['and past the ACL', withAcl([], []), [{ ...outside, sport: 80, dport: 50000 }, 'reply'], 'drop · NETWORK_ACL nacl-1'],
  ])('%s', async (_name, change, ask, answer) => {
    expect(told(await new Asked(changed(change)).nodeToExternal(...ask))).toBe(answer);
  });

  test('a pod that the routes lead to is on its node', async () => {
    const world = changed((w) => w.tables[0]?.entries.push(route('10.244.1.0/24', 'Instance', 'i-node2')));
    const sent = { src: '10.244.0.5', dst: '10.244.1.3' };
    expect(await new Asked(world).nodeToExternal(sent)).toMatchObject({
      outcome: 'pass',
      hops: [{ type: 'vpc', id: VPC }],
      forwards: [{ packet: sent, to: 'node2', probability: 1 }],
    });
  });

  test.each<[name: string, change: Change, fields: object, answer: string]>([
    ['with bandwidth', () => {}, {}, 'pass'],
    [
      'without bandwidth',
      (w) => Object.assign(w.ipv6Addresses[0] ?? {}, { Ipv6InternetBandwidth: {} }),
      {},
      'drop · IPV6_NOT_PUBLIC i-node1',
    ],
    ['without a route', (w) => w.tables[0]?.entries.pop(), {}, 'drop · ROUTE_MISSING vtb-1'],
  ])('IPv6 %s', async (_name, change, fields, answer) => {
    const world = changed((w) => {
      six(w);
      change(w);
    });
    expect(told(await new Asked(world).nodeToExternal({ src: '2408:1::11', dst: '2606:4700::1', ...fields }))).toBe(answer);
  });
});

const six: Change = (world) => {
  Object.assign(world.vpcs[0] ?? {}, { Ipv6CidrBlock: '2408:1::/56' });
  Object.assign(world.enis[0] ?? {}, { Ipv6Sets: { Ipv6Set: [{ Ipv6Address: '2408:1::11' }] } });
  world.groups[0]?.rules.push(rule({ Ipv6SourceCidrIp: '::/0' }));
  world.ipv6Addresses.push({
    Ipv6AddressId: 'ipv6-1',
    Ipv6Address: '2408:1::11',
    Ipv6GatewayId: 'ipv6gw-1',
    VpcId: VPC,
    Ipv6InternetBandwidth: { Bandwidth: 10, BusinessStatus: 'Normal' },
  });
  world.tables[0]?.entries.push(route('::/0', 'IPv6Gateway', 'ipv6gw-1'));
};

describe('the outside to a node', () => {
  const client = { src: '203.0.113.5', dst: '47.0.0.9', dport: 80 };
  const open: Change = (w) => w.groups[0]?.rules.push(rule({ SourceCidrIp: '0.0.0.0/0', PortRange: '80/80' }));
  test.each<[name: string, change: Change, fields: object, answer: string]>([
    ['by an EIP', (w) => [eip(w), open(w)], client, 'pass'],
    ['by an EIP, and the group does not let it in', eip, client, 'drop · SECURITY_GROUP_INGRESS sg-nodes'],
    ['by nothing', open, client, 'unknown · ARRIVAL_UNSEEN i-node1'],
    ['to a private address, from the Internet', open, { ...client, dst: '172.30.0.11' }, 'unknown · ARRIVAL_UNSEEN i-node1'],
    [
      'to a private address that the group keeps closed',
      () => {},
      { ...client, dst: '172.30.0.11' },
      'drop · SECURITY_GROUP_INGRESS sg-nodes',
    ],
    [
      'from another machine of the VPC',
      (w) => w.enis.push(eni('eni-x', 'i-x', '172.30.0.60')),
      { src: '172.30.0.60', dst: '172.30.0.11' },
      'pass',
    ],
    ['an IPv6 address', six, { src: '2606:4700::1', dst: '2408:1::11' }, 'pass'],
    [
      'an IPv6 address that only goes out',
      (w) => [six(w), Object.assign(w.ipv6Addresses[0] ?? {}, { egressOnly: true })],
      { src: '2606:4700::1', dst: '2408:1::11' },
      'drop · IPV6_EGRESS_ONLY i-node1',
    ],
  ])('%s', async (_name, change, fields, answer) => {
    expect(told(await new Asked(changed(change)).externalToNode(fields))).toBe(answer);
  });

  test.each<[name: string, entry: object, expected: object]>([
    ['one port', { ExternalPort: '8080', InternalPort: '80', IpProtocol: 'tcp' }, { dst: '172.30.0.11', dport: 80 }],
    ['a range', { ExternalPort: '8000/8100', InternalPort: '9000/9100', IpProtocol: 'tcp' }, { dst: '172.30.0.11', dport: 9080 }],
    ['everything', { ExternalPort: 'Any', InternalPort: 'Any', IpProtocol: 'Any' }, { dst: '172.30.0.11', dport: 8080 }],
  ])('by an entry of the NAT gateway for %s', async (_name, entry, expected) => {
    const world = changed((w) => {
      nat(w);
      w.groups[0]?.rules.push(rule({ SourceCidrIp: '0.0.0.0/0' }));
      w.nats[0]?.forward.push({ ExternalIp: '47.0.0.1', InternalIp: '172.30.0.11', Status: 'Available', ...entry });
    });
    expect(await new Asked(world).externalToNode({ src: '203.0.113.5', dst: '47.0.0.1', dport: 8080 })).toMatchObject({
      outcome: 'pass',
      forwards: [{ to: 'node1', packet: expected, probability: 1 }],
    });
  });

  test('by an EIP it comes to the private address', async () => {
    const world = changed((w) => [eip(w), open(w)]);
    expect(await new Asked(world).externalToNode(client)).toMatchObject({
      hops: [{ type: 'eip', id: 'eip-1', label: '47.0.0.9' }],
      forwards: [{ to: 'node1', packet: { dst: '172.30.0.11' } }],
    });
  });
});
