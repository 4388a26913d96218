import type { Wire, World } from './world.ts';

export type Query = Readonly<Record<string, string>>;

type Result =
  | { readonly list: readonly unknown[]; readonly body?: Wire }
  | { readonly body: Wire }
  | { readonly error: string; readonly message: string };

type Page =
  | { readonly kind: 'number'; readonly number: string; readonly size: string; readonly total: string }
  | { readonly kind: 'token'; readonly size: string };

/** How the stub answers an action; its own table, from the API's reference. */
export interface StubAction {
  readonly product: string;
  readonly version: string;
  readonly name: string;
  readonly form: boolean;
  readonly items: string;
  readonly page: Page | undefined;
  readonly answer: (world: World, query: Query) => Result;
}

const NUMBER: Page = { kind: 'number', number: 'PageNumber', size: 'PageSize', total: 'TotalCount' };
const TOKEN: Page = { kind: 'token', size: 'MaxResults' };

type Answer = StubAction['answer'];

const api =
  (product: string, version: string) =>
  (name: string, items: string, page: Page | undefined, answer: Answer, form = false): StubAction => ({
    product,
    version,
    name,
    form,
    items,
    page,
    answer,
  });

const ecs = api('ecs', '2014-05-26');
const vpc = api('vpc', '2016-04-28');
const slb = api('slb', '2014-05-15');
const nlb = api('nlb', '2022-04-30');
const alb = api('alb', '2020-06-16');

/** Things whose field is what the query says. */
const where =
  (pick: (world: World) => readonly Wire[], field: string, name = field): Answer =>
  (world, query) => ({ list: pick(world).filter((item) => query[name] === undefined || item[field] === query[name]) });

/** `Name.1`, `Name.2`. */
function numbered(query: Query, name: string): readonly string[] {
  return Object.entries(query).flatMap(([key, value]) => (new RegExp(`^${name}\\.\\d+$`).test(key) ? [value] : []));
}

const ids = (query: Query, name: string): readonly string[] => JSON.parse(query[name] ?? '[]') as string[];

const missing = (error: string, message = 'The specified resource does not exist.'): Result => ({ error, message });

/** All but what the world keeps for itself. */
function shown(item: Wire): Wire {
  return Object.fromEntries(
    Object.entries(item).filter(
      ([name]) => !['rules', 'entries', 'ingress', 'egress', 'snat', 'forward', 'servers', 'health', 'bad', 'egressOnly'].includes(name),
    ),
  );
}

function health(world: World, listener: Wire | undefined): Result {
  if (listener === undefined) return missing('ResourceNotFound.Listener');
  // The stub's listeners have one group each, named somewhere in them.
  const group = world.serverGroups.find((candidate) => JSON.stringify(listener).includes(JSON.stringify(candidate['ServerGroupId'])));
  const infos = [{ ServerGroupId: group?.['ServerGroupId'], NonNormalServers: group?.bad ?? [] }];
  return { list: [{ ListenerId: listener['ListenerId'], ServerGroupInfos: infos }] };
}

export const answers: readonly StubAction[] = [
  ecs('DescribeInstances', 'Instances.Instance', TOKEN, (world, query) => ({
    list: world.instances.filter((item) => ids(query, 'InstanceIds').includes(String(item['InstanceId']))),
  })),
  ecs(
    'DescribeNetworkInterfaces',
    'NetworkInterfaceSets.NetworkInterfaceSet',
    TOKEN,
    where((world) => world.enis, 'VpcId'),
  ),
  ecs('DescribeSecurityGroups', 'SecurityGroups.SecurityGroup', TOKEN, (world, query) => ({
    list: world.groups.filter((item) => ids(query, 'SecurityGroupIds').includes(String(item['SecurityGroupId']))).map(shown),
  })),
  ecs('DescribeSecurityGroupAttribute', 'Permissions.Permission', TOKEN, (world, query) => {
    const group = world.groups.find((item) => item['SecurityGroupId'] === query['SecurityGroupId']);
    if (group === undefined) return missing('InvalidSecurityGroupId.NotFound');
    return {
      list: group.rules.filter((item) => query['Direction'] === 'all' || item['Direction'] === query['Direction']),
      body: { SecurityGroupId: group['SecurityGroupId'], InnerAccessPolicy: group['InnerAccessPolicy'] },
    };
  }),
  ecs('DescribePrefixListAttributes', 'Entries.Entry', undefined, (world, query) => {
    const entries = world.prefixLists[query['PrefixListId'] ?? ''];
    return entries === undefined ? missing('InvalidPrefixListId.NotFound') : { list: entries.map((Cidr) => ({ Cidr })) };
  }),
  ecs('DescribePortRangeListEntries', 'Entries', undefined, (world, query) => {
    const entries = world.portLists[query['PortRangeListId'] ?? ''];
    return entries === undefined ? missing('InvalidPortRangeListId.NotFound') : { list: entries.map((PortRange) => ({ PortRange })) };
  }),
  vpc(
    'DescribeVpcs',
    'Vpcs.Vpc',
    NUMBER,
    where((world) => world.vpcs, 'VpcId'),
  ),
  vpc(
    'DescribeVSwitches',
    'VSwitches.VSwitch',
    NUMBER,
    where((world) => world.vSwitches, 'VpcId'),
  ),
  vpc('DescribeRouteEntryList', 'RouteEntrys.RouteEntry', { kind: 'token', size: 'MaxResult' }, (world, query) => {
    const table = world.tables.find((item) => item['RouteTableId'] === query['RouteTableId']);
    return table === undefined ? missing('InvalidRouteTableId.NotFound') : { list: table.entries };
  }),
  vpc('GetVpcPrefixListEntries', 'PrefixListEntry', TOKEN, (world, query) => {
    const entries = world.prefixLists[query['PrefixListId'] ?? ''];
    return entries === undefined ? missing('ResourceNotFound.PrefixList') : { list: entries.map((Cidr) => ({ Cidr })) };
  }),
  vpc('DescribeNetworkAclAttributes', '', undefined, (world, query) => {
    const acl = world.acls.find((item) => item['NetworkAclId'] === query['NetworkAclId']);
    if (acl === undefined) return missing('InvalidNetworkAcl.NotFound');
    return {
      body: {
        NetworkAclAttribute: {
          ...shown(acl),
          IngressAclEntries: { IngressAclEntry: acl.ingress },
          EgressAclEntries: { EgressAclEntry: acl.egress },
        },
      },
    };
  }),
  vpc('DescribeNatGateways', 'NatGateways.NatGateway', NUMBER, (world, query) => ({
    list: world.nats.filter((item) => item['VpcId'] === query['VpcId']).map(shown),
  })),
  vpc('DescribeSnatTableEntries', 'SnatTableEntries.SnatTableEntry', NUMBER, (world, query) => ({
    list: world.nats.find((item) => item['NatGatewayId'] === query['NatGatewayId'])?.snat ?? [],
  })),
  vpc('DescribeForwardTableEntries', 'ForwardTableEntries.ForwardTableEntry', NUMBER, (world, query) => ({
    list: world.nats.find((item) => item['NatGatewayId'] === query['NatGatewayId'])?.forward ?? [],
  })),
  vpc(
    'DescribeEipAddresses',
    'EipAddresses.EipAddress',
    NUMBER,
    where((world) => world.eips, 'AllocationId'),
  ),
  vpc(
    'ListIpv4Gateways',
    'Ipv4GatewayModels',
    TOKEN,
    where((world) => world.ipv4Gateways, 'VpcId'),
  ),
  vpc('DescribeIpv6Addresses', 'Ipv6Addresses.Ipv6Address', NUMBER, (world, query) => ({
    list: world.ipv6Addresses.filter((item) => query['VpcId'] === undefined || item['VpcId'] === query['VpcId']).map(shown),
  })),
  vpc('DescribeIpv6EgressOnlyRules', 'Ipv6EgressOnlyRules.Ipv6EgressOnlyRule', NUMBER, (world, query) => ({
    list: world.ipv6Addresses
      .filter((item) => item.egressOnly === true && item['Ipv6GatewayId'] === query['Ipv6GatewayId'])
      .map((item) => ({ InstanceId: item['Ipv6AddressId'], InstanceType: 'Ipv6Address', Status: 'Available' })),
  })),
  vpc('DescribeHaVips', 'HaVips.HaVip', NUMBER, (world, query) => ({
    list: world.haVips.filter((item) => query['Filter.1.Key'] !== 'VpcId' || item['VpcId'] === query['Filter.1.Value.1']),
  })),
  slb('DescribeLoadBalancers', 'LoadBalancers.LoadBalancer', NUMBER, (world, query) => ({
    list: world.clbs
      .filter(
        (item) =>
          (query['LoadBalancerId'] === undefined || item['LoadBalancerId'] === query['LoadBalancerId']) &&
          (query['Address'] === undefined || item['Address'] === query['Address']),
      )
      .map(shown),
  })),
  slb('DescribeLoadBalancerListeners', 'Listeners', TOKEN, (world, query) => ({
    list: world.clbs
      .filter((item) => numbered(query, 'LoadBalancerId').includes(String(item['LoadBalancerId'])))
      .flatMap((item) => item.listeners),
  })),
  slb('DescribeLoadBalancerAttribute', '', undefined, (world, query) => {
    const clb = world.clbs.find((item) => item['LoadBalancerId'] === query['LoadBalancerId']);
    return clb === undefined
      ? missing('InvalidLoadBalancerId.NotFound')
      : { body: { LoadBalancerId: clb['LoadBalancerId'], BackendServers: { BackendServer: clb.servers } } };
  }),
  slb('DescribeVServerGroupAttribute', '', undefined, (world, query) => {
    const group = world.vGroups.find((item) => item['VServerGroupId'] === query['VServerGroupId']);
    return group === undefined
      ? missing('InvalidParameter', 'The specified VServerGroupId does not exist')
      : { body: { VServerGroupId: group['VServerGroupId'], BackendServers: { BackendServer: group.servers } } };
  }),
  slb('DescribeMasterSlaveServerGroupAttribute', '', undefined, (world, query) => {
    const group = world.pairGroups.find((item) => item['MasterSlaveServerGroupId'] === query['MasterSlaveServerGroupId']);
    return group === undefined
      ? missing('InvalidParameter', 'The specified MasterSlaveServerGroupId does not exist')
      : {
          body: {
            MasterSlaveServerGroupId: group['MasterSlaveServerGroupId'],
            MasterSlaveBackendServers: { MasterSlaveBackendServer: group.servers },
          },
        };
  }),
  slb('DescribeHealthStatus', 'BackendServers.BackendServer', undefined, (world, query) => ({
    list: (world.clbs.find((item) => item['LoadBalancerId'] === query['LoadBalancerId'])?.health ?? []).filter(
      (item) => item['ListenerPort'] === undefined || item['ListenerPort'] === Number(query['ListenerPort']),
    ),
  })),
  slb(
    'DescribeAccessControlListAttribute',
    'AclEntrys.AclEntry',
    { kind: 'number', number: 'Page', size: 'PageSize', total: 'TotalAclEntry' },
    (world, query) => {
      const entries = world.clbAcls[query['AclId'] ?? ''];
      return entries === undefined ? missing('AclNotExist') : { list: entries.map((AclEntryIP) => ({ AclEntryIP })) };
    },
  ),
  nlb('ListLoadBalancers', 'LoadBalancers', TOKEN, (world, query) => ({
    list: world.nlbs
      .filter(
        (item) =>
          (query['DNSName'] === undefined || item['DNSName'] === query['DNSName']) &&
          (numbered(query, 'LoadBalancerIds').length === 0 || numbered(query, 'LoadBalancerIds').includes(String(item['LoadBalancerId']))),
      )
      .map(({ listeners: _, ...item }) => item),
  })),
  nlb('ListListeners', 'Listeners', TOKEN, (world, query) => ({
    list: world.nlbs
      .filter((item) => numbered(query, 'LoadBalancerIds').includes(String(item['LoadBalancerId'])))
      .flatMap((item) => item.listeners),
  })),
  nlb(
    'ListServerGroups',
    'ServerGroups',
    TOKEN,
    (world, query) => ({
      list: world.serverGroups.filter((item) => numbered(query, 'ServerGroupIds').includes(String(item['ServerGroupId']))).map(shown),
    }),
    true,
  ),
  nlb('ListServerGroupServers', 'Servers', TOKEN, (world, query) => serversOf(world, query), true),
  nlb('GetListenerHealthStatus', 'ListenerHealthStatus', TOKEN, (world, query) =>
    health(
      world,
      world.nlbs.flatMap((item) => item.listeners).find((item) => item['ListenerId'] === query['ListenerId']),
    ),
  ),
  alb('ListLoadBalancers', 'LoadBalancers', TOKEN, (world, query) => ({
    list: world.albs
      .filter(
        (item) =>
          (query['DNSName'] === undefined || item['DNSName'] === query['DNSName']) &&
          (numbered(query, 'LoadBalancerIds').length === 0 || numbered(query, 'LoadBalancerIds').includes(String(item['LoadBalancerId']))),
      )
      .map(({ listeners: _, rules: _rules, ...item }) => item),
  })),
  alb('GetLoadBalancerAttribute', '', undefined, (world, query) => {
    const found = world.albs.find((item) => item['LoadBalancerId'] === query['LoadBalancerId']);
    if (found === undefined) return missing('ResourceNotFound.LoadBalancer');
    const { listeners: _, rules: _rules, ...body } = found;
    return { body };
  }),
  alb('ListListeners', 'Listeners', TOKEN, (world, query) => ({
    list: world.albs
      .filter((item) => numbered(query, 'LoadBalancerIds').includes(String(item['LoadBalancerId'])))
      .flatMap((item) => item.listeners),
  })),
  alb('GetListenerAttribute', '', undefined, (world, query) => {
    const found = world.albs.flatMap((item) => item.listeners).find((item) => item['ListenerId'] === query['ListenerId']);
    return found === undefined ? missing('ResourceNotFound.Listener') : { body: found };
  }),
  alb('ListRules', 'Rules', TOKEN, (world, query) => ({
    list: world.albs.flatMap(({ rules }) => rules).filter((rule) => numbered(query, 'ListenerIds').includes(String(rule['ListenerId']))),
  })),
  alb('ListAclEntries', 'AclEntries', TOKEN, (world, query) => {
    const entries = world.albAcls[query['AclId'] ?? ''];
    return entries === undefined ? missing('ResourceNotFound.Acl') : { list: entries.map((Entry) => ({ Entry, Status: 'Available' })) };
  }),
  alb('ListServerGroupServers', 'Servers', TOKEN, (world, query) => serversOf(world, query)),
  alb('GetListenerHealthStatus', 'ListenerHealthStatus', TOKEN, (world, query) =>
    health(
      world,
      world.albs.flatMap((item) => item.listeners).find((item) => item['ListenerId'] === query['ListenerId']),
    ),
  ),
];

function serversOf(world: World, query: Query): Result {
  const group = world.serverGroups.find((item) => item['ServerGroupId'] === query['ServerGroupId']);
  return group === undefined ? missing('ResourceNotFound.ServerGroup') : { list: group.servers };
}
