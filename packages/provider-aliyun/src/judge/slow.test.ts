import { expect, test } from '@jest/globals';
import { parseIp } from '@skoop/netstack';
import fc from 'fast-check';
import { liveReader } from '../api/reader.ts';
import { listsOfTargets } from '../infra/lists.ts';
import { readNetworkAcl } from '../model/network-acl.ts';
import { readRoutes } from '../model/route-table.ts';
import { Asked, NODES, clusterOf, inMemory } from '../testing/shim.ts';
import { type SlowPacket, slowAcl, slowGroups, slowRoute } from '../testing/slow.ts';
import { ADDRESSES, REGION, VPC, type Wire, type World, healthyWorld } from '../testing/world.ts';
import { flowOf } from './flow.ts';
import { judgeAcl } from './network-acl.ts';
import { bestRoute } from './routes.ts';

const SEED = 20_261_126;

/** Few values, and those that fit more often than the others, so that rules meet. */
const often = <T>(first: readonly T[], ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...first) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const networks = often(
  ['0.0.0.0/0', '172.30.0.0/16', '172.30.0.8/29'],
  '172.30.0.8/30',
  '172.30.0.11/32',
  '172.30.0.12/32',
  '172.30.0.11',
  '172.30.0.12/31',
  '10.0.0.0/8',
);
const ports = often(['-1/-1', '1/65535', '80/443'], '80/80', '1/1023', '80/8472', '8472/8472');
const protocols = often(['ALL', 'all', 'TCP', '6'], 'tcp', 'UDP', 'Icmp', '17', 'GRE', 'ICMPv6');
const packets: fc.Arbitrary<Pick<SlowPacket, 'sport' | 'dport' | 'protocol'>> = fc.record({
  sport: fc.constantFrom(80, 1023, 1024, 50000),
  dport: often([80, 443], 22, 8472),
  protocol: often<SlowPacket['protocol']>(['tcp'], 'udp', 'icmp'),
});
const LISTS = { 'pl-near': ['172.30.0.0/24'], 'pl-far': ['10.0.0.0/8', '192.0.2.0/24'], 'pl-none': [] };

const rules: fc.Arbitrary<Wire> = fc
  .record({
    direction: fc.constantFrom('ingress', 'egress'),
    policy: fc.constantFrom('Accept', 'Drop', 'drop', 'accept'),
    priority: often<number | string | undefined>([1, 2, undefined], '1', '2', 10, '100', 110),
    protocol: protocols,
    ports,
    sourcePorts: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: ports }),
    peer: fc.oneof(
      networks.map((CidrIp) => ({ CidrIp })),
      fc.constantFrom('sg-a', 'sg-b', 'sg-c').map((GroupId) => ({ GroupId })),
      fc.constantFrom('pl-near', 'pl-far', 'pl-none').map((PrefixListId) => ({ PrefixListId })),
      fc.record({ CidrIp: networks, GroupId: fc.constantFrom('sg-a', 'sg-b') }),
      fc.constant({ Ipv6CidrIp: '::/0' }),
    ),
    local: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: networks }),
  })
  .map(({ direction, policy, priority, protocol, ports: range, sourcePorts, peer, local }) => {
    const [far, near] = direction === 'ingress' ? ['Source', 'Dest'] : ['Dest', 'Source'];
    const named = Object.entries<string>(peer).map(([name, value]): readonly [string, string] => [
      name === 'Ipv6CidrIp' ? `Ipv6${far ?? ''}CidrIp` : `${far ?? ''}${name}`,
      value,
    ]);
    // A rule of IPv6 has no near end of IPv4.
    const isSix = 'Ipv6CidrIp' in peer;
    return {
      Direction: direction,
      Policy: policy,
      Priority: priority,
      IpProtocol: protocol,
      PortRange: range,
      SourcePortRange: sourcePorts,
      ...Object.fromEntries(named),
      ...(local === undefined || isSix ? {} : { [`${near ?? ''}CidrIp`]: local }),
    };
  });

const groupWorlds = fc
  .record({
    isAdvanced: fc.boolean(),
    inner: fc.tuple(fc.boolean(), fc.boolean()),
    rules: fc.tuple(fc.array(rules, { maxLength: 10 }), fc.array(rules, { maxLength: 10 })),
    member: fc.tuple(fc.subarray(['sg-a', 'sg-b'], { minLength: 1 }), fc.subarray(['sg-a', 'sg-b'], { minLength: 1 })),
  })
  .map(({ isAdvanced, inner, rules: [first, second], member }): World => {
    const world = healthyWorld();
    world.prefixLists = LISTS;
    world.groups = [first, second].map((own, index) => ({
      SecurityGroupId: index === 0 ? 'sg-a' : 'sg-b',
      SecurityGroupType: isAdvanced ? 'enterprise' : 'normal',
      VpcId: VPC,
      InnerAccessPolicy: inner[index] === true ? 'Accept' : 'Drop',
      rules: own,
    }));
    for (const [index, eni] of world.enis.entries()) Object.assign(eni, { SecurityGroupIds: { SecurityGroupId: member[index] } });
    return world;
  });

test('security groups of random worlds decide as the slow evaluator does', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(groupWorlds, packets, async (world, fields) => {
      const packet = { ...fields, src: ADDRESSES[0], dst: ADDRESSES[1] };
      const slow = { egress: slowGroups(world, 'egress', packet), ingress: slowGroups(world, 'ingress', packet) };
      const { outcome, suspicions } = await new Asked(world).nodeToNode(packet);
      const codes = suspicions.map(({ code }) => code);
      expect(outcome).toBe(slow.egress === 'drop' || slow.ingress === 'drop' ? 'drop' : 'pass');
      expect(codes.includes('ALIYUN_SECURITY_GROUP_EGRESS')).toBe(slow.egress === 'drop');
      expect(codes.includes('ALIYUN_SECURITY_GROUP_INGRESS')).toBe(slow.ingress === 'drop');
      seen.add(`${slow.egress} ${slow.ingress}`);
    }),
    { seed: SEED, numRuns: 500 },
  );
  // The worlds are worth something: every answer comes up.
  expect(seen.size).toBe(4);
}, 120_000);

const lists = { prefixes: new Map(), ports: new Map() };
const entries = fc.array(
  fc
    .record({
      policy: fc.constantFrom('accept', 'drop'),
      protocol: fc.constantFrom('all', 'tcp', 'udp', 'icmp', 'TCP', 'gre'),
      port: ports,
      peer: networks,
      version: fc.constantFrom('IPV4', 'IPV4', 'IPV6'),
    })
    .map(({ policy, protocol, port, peer, version }): Wire => {
      const cidr = version === 'IPV6' ? '::/0' : peer;
      return { Policy: policy, Protocol: protocol, Port: port, SourceCidrIp: cidr, DestinationCidrIp: cidr, IpVersion: version };
    }),
  { maxLength: 6 },
);

test('network ACLs of random entries decide as the slow evaluator does', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(entries, packets, fc.constantFrom('ingress', 'egress'), async (list, fields, direction) => {
      const packet = { ...fields, src: ADDRESSES[0], dst: ADDRESSES[1] };
      const world = healthyWorld();
      world.acls.push({ NetworkAclId: 'nacl-1', Status: 'Available', ingress: list, egress: list });
      const reader = liveReader(inMemory(world), new AbortController().signal);
      const acl = await readNetworkAcl(reader, REGION, 'nacl-1');
      const flow = flowOf(packet);
      if (acl === undefined || flow === undefined) throw new Error('unreadable');
      const slow = slowAcl(list, direction, packet);
      expect(judgeAcl(acl, direction, flow, lists).kind).toBe(slow);
      seen.add(slow);
    }),
    { seed: SEED, numRuns: 1000 },
  );
  expect(seen.size).toBe(2);
}, 120_000);

const routes = fc.array(
  fc.record({
    DestinationCidrBlock: fc.constantFrom(
      '0.0.0.0/0',
      '10.0.0.0/8',
      '10.244.0.0/16',
      '10.244.1.0/24',
      '10.244.1.3/32',
      '::/0',
      'pl-pods',
      'pl-far',
    ),
    Type: fc.constantFrom('System', 'Custom', 'BGP', 'CEN'),
    Status: fc.constantFrom('Available', 'Available', 'Available', 'Pending'),
  }),
  { maxLength: 8 },
);

test('route tables of random entries lead where the slow evaluator says', async () => {
  const seen = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(routes, fc.constantFrom('10.244.1.3', '10.244.1.4', '10.244.2.1', '10.9.9.9', '192.0.2.1'), async (list, dst) => {
      const world = healthyWorld();
      world.prefixLists = { 'pl-pods': ['10.244.0.0/20', '10.244.1.0/25'], 'pl-far': ['192.0.2.0/24'] };
      const table = list.map((fields, index): Wire => ({
        ...fields,
        RouteEntryId: `rte-${String(index)}`,
        IpVersion: fields.DestinationCidrBlock.includes(':') ? 'IPv6' : 'IPv4',
        NextHops: { NextHop: [{ NextHopType: 'Instance', NextHopId: 'i-1', Enabled: 1 }] },
      }));
      world.tables = [{ RouteTableId: 'vtb-1', VpcId: VPC, entries: table }];
      const reader = liveReader(inMemory(world), new AbortController().signal);
      const read = await readRoutes(reader, REGION, 'vtb-1');
      const cloud = { reader, cluster: clusterOf(NODES) };
      const { lists: known } = await listsOfTargets(
        cloud,
        REGION,
        read.map(({ destination }) => destination),
      );
      const slow = slowRoute(world, table, dst);
      const found = bestRoute(read, parseIp(dst) ?? 0, known);
      if (slow.length === 0) expect(found).toEqual({ kind: 'none' });
      else expect(slow).toContain(found.kind === 'route' ? found.entry.id : found.kind);
      seen.add(slow.length > 0);
    }),
    { seed: SEED, numRuns: 1000 },
  );
  expect(seen.size).toBe(2);
}, 120_000);
