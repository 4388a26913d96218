/** A thing as the API shows it. Tests change fields of it in place. */
export type Wire = Record<string, unknown>;

/** One description of an account's network, from which the stub answers every call. */
export interface World {
  region: string;
  keys: { id: string; secret: string; token?: string };
  instances: Wire[];
  enis: Wire[];
  groups: (Wire & { rules: Wire[] })[];
  prefixLists: Record<string, string[]>;
  portLists: Record<string, string[]>;
  vpcs: Wire[];
  vSwitches: Wire[];
  tables: (Wire & { entries: Wire[] })[];
  acls: (Wire & { ingress: Wire[]; egress: Wire[] })[];
  nats: (Wire & { snat: Wire[]; forward: Wire[] })[];
  eips: Wire[];
  ipv4Gateways: Wire[];
  ipv6Addresses: (Wire & { egressOnly?: boolean })[];
  haVips: Wire[];
  clbs: (Wire & { listeners: Wire[]; servers: Wire[]; health: Wire[] })[];
  vGroups: (Wire & { servers: Wire[] })[];
  pairGroups: (Wire & { servers: Wire[] })[];
  clbAcls: Record<string, string[]>;
  nlbs: (Wire & { listeners: Wire[] })[];
  albs: (Wire & { listeners: Wire[]; rules: Wire[] })[];
  serverGroups: (Wire & { servers: Wire[]; bad: Wire[] })[];
  albAcls: Record<string, string[]>;
}

export const REGION = 'cn-hangzhou';
export const VPC = 'vpc-1';
export const GROUP = 'sg-nodes';
export const INSTANCES = ['i-node1', 'i-node2'] as const;
export const ADDRESSES = ['172.30.0.11', '172.30.0.12'] as const;

/** An instance of ECS that is a node. */
interface NodeInstance {
  readonly id: string;
  readonly address: string;
}

const RECORDED: readonly NodeInstance[] = INSTANCES.map((id, index) => ({ id, address: ADDRESSES[index] ?? '' }));

/**
 * Nodes (the recorded cluster's two) as instances of one VPC and one vSwitch, in one basic group whose rules let the nodes and pods
 * speak.
 */
export function healthyWorld(nodes = RECORDED): World {
  return {
    region: REGION,
    keys: { id: 'LTAItest', secret: 'a secret / of + a test' },
    instances: nodes.map(({ id, address }) => ({
      InstanceId: id,
      Status: 'Running',
      RegionId: REGION,
      ZoneId: 'cn-hangzhou-i',
      InstanceName: 'not read',
      OperationLocks: { LockReason: [] },
      VpcAttributes: { VpcId: VPC, VSwitchId: 'vsw-1', PrivateIpAddress: { IpAddress: [address] } },
      EipAddress: { AllocationId: '', IpAddress: '' },
      PublicIpAddress: { IpAddress: [] },
    })),
    enis: nodes.map(({ id, address }, index) => eni(`eni-node${String(index + 1)}`, id, address, 'Primary')),
    groups: [
      {
        SecurityGroupId: GROUP,
        SecurityGroupType: 'normal',
        VpcId: VPC,
        InnerAccessPolicy: 'Accept',
        rules: [rule({ SourceCidrIp: '10.244.0.0/16', IpProtocol: 'ALL', PortRange: '-1/-1', SecurityGroupRuleId: 'sgr-pods' })],
      },
    ],
    prefixLists: {},
    portLists: {},
    vpcs: [
      {
        VpcId: VPC,
        CidrBlock: '172.30.0.0/16',
        SecondaryCidrBlocks: { SecondaryCidrBlock: [] },
        UserCidrs: { UserCidr: [] },
        Ipv6CidrBlock: '',
        Status: 'Available',
      },
    ],
    vSwitches: [
      {
        VSwitchId: 'vsw-1',
        VpcId: VPC,
        ZoneId: 'cn-hangzhou-i',
        CidrBlock: '172.30.0.0/24',
        RouteTable: { RouteTableId: 'vtb-1', RouteTableType: 'System' },
        NetworkAclId: '',
      },
    ],
    tables: [
      {
        RouteTableId: 'vtb-1',
        RouteTableType: 'System',
        VpcId: VPC,
        entries: [route('172.30.0.0/24', 'local', '', { Type: 'System' }), route('100.64.0.0/10', 'service', '', { Type: 'System' })],
      },
    ],
    acls: [],
    nats: [],
    eips: [],
    ipv4Gateways: [],
    ipv6Addresses: [],
    haVips: [],
    clbs: [],
    vGroups: [],
    pairGroups: [],
    clbAcls: {},
    nlbs: [],
    albs: [],
    serverGroups: [],
    albAcls: {},
  };
}

export function eni(id: string, instance: string, address: string, type: 'Primary' | 'Secondary' = 'Secondary'): Wire {
  return {
    NetworkInterfaceId: id,
    InstanceId: instance,
    Type: type,
    Status: 'InUse',
    VpcId: VPC,
    VSwitchId: 'vsw-1',
    PrivateIpAddress: address,
    PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: address, Primary: true }] },
    SecurityGroupIds: { SecurityGroupId: [GROUP] },
    Attachment: { InstanceId: instance },
    SourceDestCheck: false,
  };
}

/** An ingress rule that accepts TCP to every port, but for what is given. */
export function rule(fields: Wire): Wire {
  return { Direction: 'ingress', Policy: 'Accept', Priority: 1, IpProtocol: 'TCP', PortRange: '-1/-1', ...fields };
}

export function route(destination: string, type: string, id: string, fields: Wire = {}): Wire {
  return {
    RouteEntryId: `rte-${destination}`,
    DestinationCidrBlock: destination,
    IpVersion: destination.includes(':') ? 'IPv6' : 'IPv4',
    Type: 'Custom',
    Status: 'Available',
    NextHops: { NextHop: [{ NextHopType: type, NextHopId: id, Enabled: 1, Weight: '0' }] },
    ...fields,
  };
}

export function aclEntry(fields: Wire): Wire {
  return { Policy: 'accept', Protocol: 'all', Port: '-1/-1', IpVersion: 'IPV4', EntryType: 'custom', ...fields };
}
