import { type Shape, shape } from './shape.ts';

/** The APIs that are asked, by the name in a host and in a RAM action. */
export const VERSIONS = {
  ecs: '2014-05-26',
  vpc: '2016-04-28',
  slb: '2014-05-15',
  nlb: '2022-04-30',
  alb: '2020-06-16',
} as const;

export type Product = keyof typeof VERSIONS;

/** How an action is asked for the rest: not at all, by the number of a page, or by a token. */
export type Paging =
  | { readonly kind: 'none' }
  | { readonly kind: 'number'; readonly page: string; readonly size: number; readonly total: string }
  | { readonly kind: 'token'; readonly limit: string; readonly size: number };

export interface Action {
  readonly product: Product;
  readonly paging: Paging;
  /** Where the list stands in an answer; '' where the answer is one thing. */
  readonly items: string;
  /** What is read of each item, or of the one thing. */
  readonly fields: Shape;
  /** What is read beside the list, of the first page. */
  readonly head: Shape;
  /** Its parameters go into a form, not into the query. */
  readonly form: boolean;
}

const NONE: Paging = { kind: 'none' };
const numbers = (size: number, page = 'PageNumber', total = 'TotalCount'): Paging => ({ kind: 'number', page, size, total });
const tokens = (size: number, limit = 'MaxResults'): Paging => ({ kind: 'token', limit, size });

function action(product: Product, paging: Paging, items: string, fields: string, more: { head?: string; form?: boolean } = {}): Action {
  return { product, paging, items, fields: shape(fields), head: shape(more.head ?? ''), form: more.form === true };
}

const SERVERS = 'BackendServer(ServerId ServerIp Type Port Weight)';
const CLB_CONFIG = 'HealthCheck MasterSlaveServerGroupId ListenerForward ForwardPort';
const ZONES =
  'ZoneMappings(ZoneId VSwitchId Status LoadBalancerAddresses(PublicIPv4Address PrivateIPv4Address Ipv6Address Ipv4LocalAddresses Address IntranetAddress))';
const UNHEALTHY = 'NonNormalServers(ServerId ServerIp Port Status Reason(ReasonCode))';

/**
 * Every call that is ever made, all of them reads: the RAM policy in the docs is this list. Names of fields, sizes of pages and the places of
 * lists are the API's.
 */
export const ACTIONS = {
  DescribeInstances: action(
    'ecs',
    tokens(100),
    'Instances.Instance',
    `InstanceId Status RegionId ZoneId OperationLocks(LockReason(LockReason)) VpcAttributes(VpcId VSwitchId PrivateIpAddress(IpAddress))
     EipAddress(AllocationId IpAddress) PublicIpAddress(IpAddress)`,
  ),
  DescribeNetworkInterfaces: action(
    'ecs',
    tokens(500),
    'NetworkInterfaceSets.NetworkInterfaceSet',
    `NetworkInterfaceId InstanceId Type Status VpcId VSwitchId PrivateIpAddress SourceDestCheck
     PrivateIpSets(PrivateIpSet(PrivateIpAddress AssociatedPublicIp(PublicIpAddress AllocationId))) Ipv6Sets(Ipv6Set(Ipv6Address))
     Ipv4PrefixSets(Ipv4PrefixSet(Ipv4Prefix)) Ipv6PrefixSets(Ipv6PrefixSet(Ipv6Prefix)) SecurityGroupIds(SecurityGroupId)
     AssociatedPublicIp(PublicIpAddress AllocationId) Attachment(InstanceId)`,
  ),
  DescribeSecurityGroups: action('ecs', tokens(100), 'SecurityGroups.SecurityGroup', 'SecurityGroupId SecurityGroupType VpcId'),
  DescribeSecurityGroupAttribute: action(
    'ecs',
    tokens(1000),
    'Permissions.Permission',
    `Direction Policy Priority IpProtocol PortRange SourcePortRange SourceCidrIp DestCidrIp Ipv6SourceCidrIp Ipv6DestCidrIp SourceGroupId DestGroupId
     SourceGroupOwnerAccount DestGroupOwnerAccount SourcePrefixListId DestPrefixListId PortRangeListId SecurityGroupRuleId`,
    { head: 'SecurityGroupId InnerAccessPolicy' },
  ),
  DescribePrefixListAttributes: action('ecs', NONE, 'Entries.Entry', 'Cidr'),
  DescribePortRangeListEntries: action('ecs', NONE, 'Entries', 'PortRange'),
  DescribeVpcs: action(
    'vpc',
    numbers(50),
    'Vpcs.Vpc',
    'VpcId CidrBlock SecondaryCidrBlocks(SecondaryCidrBlock) UserCidrs(UserCidr) Ipv6CidrBlock Status',
  ),
  DescribeVSwitches: action(
    'vpc',
    numbers(50),
    'VSwitches.VSwitch',
    'VSwitchId VpcId ZoneId CidrBlock Ipv6CidrBlock RouteTable(RouteTableId) NetworkAclId',
  ),
  DescribeRouteEntryList: action(
    'vpc',
    tokens(100, 'MaxResult'),
    'RouteEntrys.RouteEntry',
    'DestinationCidrBlock IpVersion Type Status RouteEntryId NextHops(NextHop(NextHopType NextHopId NextHopRegionId Enabled Weight))',
  ),
  GetVpcPrefixListEntries: action('vpc', tokens(100), 'PrefixListEntry', 'Cidr'),
  DescribeNetworkAclAttributes: action(
    'vpc',
    NONE,
    '',
    `NetworkAclAttribute(NetworkAclId Status IngressAclEntries(IngressAclEntry(NetworkAclEntryId NetworkAclEntryName SourceCidrIp Protocol Port Policy IpVersion))
     EgressAclEntries(EgressAclEntry(NetworkAclEntryId NetworkAclEntryName DestinationCidrIp Protocol Port Policy IpVersion)))`,
  ),
  DescribeNatGateways: action(
    'vpc',
    numbers(50),
    'NatGateways.NatGateway',
    `NatGatewayId NetworkType Status BusinessStatus SnatTableIds(SnatTableId) ForwardTableIds(ForwardTableId)
     IpLists(IpList(IpAddress UsingStatus))`,
  ),
  DescribeSnatTableEntries: action(
    'vpc',
    numbers(50),
    'SnatTableEntries.SnatTableEntry',
    'SnatEntryId SourceCIDR SourceVSwitchId NetworkInterfaceId SnatIp Status',
  ),
  DescribeForwardTableEntries: action(
    'vpc',
    numbers(50),
    'ForwardTableEntries.ForwardTableEntry',
    'ForwardEntryId ExternalIp ExternalPort InternalIp InternalPort IpProtocol Status',
  ),
  DescribeEipAddresses: action(
    'vpc',
    numbers(100),
    'EipAddresses.EipAddress',
    'AllocationId IpAddress Status InstanceType InstanceId PrivateIpAddress BusinessStatus OperationLocks(LockReason(LockReason))',
  ),
  ListIpv4Gateways: action('vpc', tokens(100), 'Ipv4GatewayModels', 'Ipv4GatewayId Enabled Status'),
  DescribeIpv6Addresses: action(
    'vpc',
    numbers(50),
    'Ipv6Addresses.Ipv6Address',
    'Ipv6Address Ipv6GatewayId NetworkType Status Ipv6InternetBandwidth(Bandwidth BusinessStatus) Ipv6AddressId',
  ),
  DescribeIpv6EgressOnlyRules: action('vpc', numbers(50), 'Ipv6EgressOnlyRules.Ipv6EgressOnlyRule', 'InstanceId InstanceType Status'),
  DescribeHaVips: action('vpc', numbers(50), 'HaVips.HaVip', 'HaVipId IpAddress MasterInstanceId Status'),
  DescribeLoadBalancers: action(
    'slb',
    numbers(100),
    'LoadBalancers.LoadBalancer',
    'LoadBalancerId LoadBalancerStatus Address AddressType VpcId',
  ),
  DescribeLoadBalancerListeners: action(
    'slb',
    tokens(100),
    'Listeners',
    `ListenerPort ListenerProtocol Status BackendServerPort VServerGroupId AclStatus AclType AclId AclIds TCPListenerConfig(${CLB_CONFIG})
     UDPListenerConfig(${CLB_CONFIG}) HTTPListenerConfig(${CLB_CONFIG}) HTTPSListenerConfig(${CLB_CONFIG})`,
  ),
  DescribeLoadBalancerAttribute: action('slb', NONE, '', `LoadBalancerId BackendServers(${SERVERS})`),
  DescribeVServerGroupAttribute: action('slb', NONE, '', `VServerGroupId BackendServers(${SERVERS})`),
  DescribeMasterSlaveServerGroupAttribute: action(
    'slb',
    NONE,
    '',
    'MasterSlaveServerGroupId MasterSlaveBackendServers(MasterSlaveBackendServer(ServerId ServerType Port Weight))',
  ),
  DescribeHealthStatus: action('slb', NONE, 'BackendServers.BackendServer', 'ServerId ServerIp Port ServerHealthStatus'),
  DescribeAccessControlListAttribute: action('slb', numbers(50, 'Page', 'TotalAclEntry'), 'AclEntrys.AclEntry', 'AclEntryIP'),
  NlbListLoadBalancers: action(
    'nlb',
    tokens(100),
    'LoadBalancers',
    `LoadBalancerId LoadBalancerStatus LoadBalancerBusinessStatus AddressType VpcId DNSName CrossZoneEnabled SecurityGroupIds ${ZONES}`,
  ),
  NlbListListeners: action(
    'nlb',
    tokens(100),
    'Listeners',
    'ListenerId ListenerPort StartPort EndPort ListenerProtocol ListenerStatus ServerGroupId',
  ),
  NlbListServerGroups: action(
    'nlb',
    tokens(100),
    'ServerGroups',
    'ServerGroupId ServerGroupType PreserveClientIpEnabled AnyPortEnabled HealthCheck(HealthCheckEnabled)',
    { form: true },
  ),
  NlbListServerGroupServers: action('nlb', tokens(100), 'Servers', 'ServerId ServerIp ServerType Port Weight Status ZoneId', {
    form: true,
  }),
  NlbGetListenerHealthStatus: action('nlb', tokens(100), 'ListenerHealthStatus', `ServerGroupInfos(ServerGroupId ${UNHEALTHY})`),
  AlbListLoadBalancers: action(
    'alb',
    tokens(100),
    'LoadBalancers',
    'LoadBalancerId LoadBalancerStatus LoadBalancerBussinessStatus AddressType VpcId DNSName',
  ),
  AlbGetLoadBalancerAttribute: action(
    'alb',
    NONE,
    '',
    `LoadBalancerId LoadBalancerStatus LoadBalancerBussinessStatus AddressType VpcId DNSName ${ZONES}`,
  ),
  AlbListListeners: action(
    'alb',
    tokens(100),
    'Listeners',
    'ListenerId ListenerPort ListenerProtocol ListenerStatus DefaultActions(Type ForwardGroupConfig(ServerGroupTuples(ServerGroupId)))',
  ),
  AlbGetListenerAttribute: action('alb', NONE, '', 'ListenerId AclConfig(AclType AclRelations(AclId Status))'),
  AlbListRules: action(
    'alb',
    tokens(100),
    'Rules',
    'RuleId RuleStatus Direction RuleActions(Type ForwardGroupConfig(ServerGroupTuples(ServerGroupId)))',
  ),
  AlbListAclEntries: action('alb', tokens(100), 'AclEntries', 'Entry Status'),
  AlbListServerGroupServers: action('alb', tokens(100), 'Servers', 'ServerId ServerIp ServerType Port Weight Status'),
  AlbGetListenerHealthStatus: action('alb', tokens(100), 'ListenerHealthStatus', `ServerGroupInfos(ServerGroupId ${UNHEALTHY})`),
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;

/** The action's own name: those of NLB and ALB are the same words, told apart here by their product. */
export function wireName(name: ActionName): string {
  return name.replace(/^(?:Nlb|Alb)(?=[A-Z])/, '');
}

/** As a RAM policy and an error name it: `ecs:DescribeInstances`. */
export function ramAction(name: ActionName): string {
  return `${ACTIONS[name].product}:${wireName(name)}`;
}
