import { type Prefix, parsePrefix } from '@skoop/netstack';
import { type Raw, number, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import { type PortRange, parsePorts } from './port-range.ts';
import { parseRuleProtocol } from './protocol.ts';

/** The other end that a rule speaks of. */
type Peer =
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  | { readonly kind: 'group'; readonly id: string; readonly account: string }
  | { readonly kind: 'list'; readonly id: string }
  /** Neither of these, or not to be read. */
  | { readonly kind: 'unclear'; readonly written: string };

export interface Rule {
  /** '' where the API gives none. */
  readonly id: string;
  readonly group: string;
  readonly direction: 'ingress' | 'egress';
  readonly policy: 'accept' | 'drop';
  /** 1 is the strongest. */
  readonly priority: number;
  /** `undefined`: it can't be read. */
  readonly protocol: number | 'all' | undefined;
  readonly ports: PortRange | 'any' | { readonly list: string } | undefined;
  readonly sourcePorts: PortRange | 'any' | undefined;
  readonly peer: Peer;
  /** The near end, of a rule that names both. `undefined`: any; `unclear`: it can't be read. */
  readonly local: Prefix | 'unclear' | undefined;
  /** Where it stands in the API's answer, and what stands there. */
  readonly path: string;
  readonly raw: Raw;
}

export interface SecurityGroup {
  readonly id: string;
  readonly type: 'basic' | 'advanced';
  /** What members of it may send to each other before any rule. Of a basic one; an advanced one isolates always. */
  readonly inner: 'accept' | 'drop';
  readonly rules: readonly Rule[];
}

/** A group with its rules; the two calls go out at once. */
export async function readSecurityGroup(reader: Reader, region: string, id: string): Promise<SecurityGroup> {
  const [about, rules] = await Promise.all([
    reader.read('DescribeSecurityGroups', region, { SecurityGroupIds: JSON.stringify([id]) }),
    reader.read('DescribeSecurityGroupAttribute', region, { SecurityGroupId: id, Direction: 'all' }),
  ]);
  const type = about.items[0] !== undefined && text(about.items[0], 'SecurityGroupType') === 'enterprise' ? 'advanced' : 'basic';
  return {
    id,
    type,
    inner: type === 'basic' && text(rules.head, 'InnerAccessPolicy').toLowerCase() === 'accept' ? 'accept' : 'drop',
    rules: rules.items.map((raw, index) => parseRule(raw, id, index)),
  };
}

const DEFAULT_PRIORITY = 1;

function parseRule(raw: Raw, group: string, index: number): Rule {
  const direction = text(raw, 'Direction').toLowerCase() === 'egress' ? 'egress' : 'ingress';
  const [near, far] = direction === 'ingress' ? (['Dest', 'Source'] as const) : (['Source', 'Dest'] as const);
  const ports = text(raw, 'PortRange');
  const portList = text(raw, 'PortRangeListId');
  return {
    id: text(raw, 'SecurityGroupRuleId'),
    group,
    direction,
    policy: text(raw, 'Policy').toLowerCase() === 'accept' ? 'accept' : 'drop',
    priority: number(raw, 'Priority') ?? DEFAULT_PRIORITY,
    protocol: parseRuleProtocol(text(raw, 'IpProtocol')),
    ports: ports === '' && portList !== '' ? { list: portList } : parsePorts(ports),
    sourcePorts: parsePorts(text(raw, 'SourcePortRange')),
    peer: parsePeer(raw, far),
    local: parseLocal(cidrOf(raw, near)),
    path: `/Permissions/Permission/${String(index)}`,
    raw,
  };
}

function cidrOf(raw: Raw, end: 'Source' | 'Dest'): string {
  return text(raw, `${end}CidrIp`) || text(raw, `Ipv6${end}CidrIp`);
}

/** A CIDR counts before a group, and either before a prefix list. */
function parsePeer(raw: Raw, end: 'Source' | 'Dest'): Peer {
  const cidr = cidrOf(raw, end);
  if (cidr !== '') {
    const prefix = parsePrefix(cidr);
    return prefix === undefined ? { kind: 'unclear', written: cidr } : { kind: 'prefix', prefix };
  }
  const group = text(raw, `${end}GroupId`);
  if (group !== '') return { kind: 'group', id: group, account: text(raw, `${end}GroupOwnerAccount`) };
  const listed = text(raw, `${end}PrefixListId`);
  return listed === '' ? { kind: 'unclear', written: '' } : { kind: 'list', id: listed };
}

function parseLocal(cidr: string): Rule['local'] {
  return cidr === '' ? undefined : (parsePrefix(cidr) ?? 'unclear');
}
