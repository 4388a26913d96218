import type { Evidence, Suspicion } from '@skoop/core';
import { text } from '../api/raw.ts';
import type { Flow } from '../judge/flow.ts';
import type { GroupReason } from '../judge/security-groups.ts';
import type { Guarded } from '../infra/check-groups.ts';
import type { Rule, SecurityGroup } from '../model/security-group.ts';
import { hostCidr, ruleProtocol, rulePorts, spokenFlow } from './words.ts';

type Direction = 'ingress' | 'egress';

const CODES = { ingress: 'ALIYUN_SECURITY_GROUP_INGRESS', egress: 'ALIYUN_SECURITY_GROUP_EGRESS' } as const;

export function groupDrops(
  { region, eni, whose }: Guarded,
  direction: Direction,
  flow: Flow,
  groups: readonly SecurityGroup[],
  by: GroupReason,
): Suspicion {
  const own = groups.map(({ id }) => id);
  const target = by.kind === 'rule' ? by.rule.group : (own[0] ?? '');
  const way = direction === 'ingress' ? 'into' : 'out of';
  const decides =
    by.kind === 'rule'
      ? `${spokenRule(by.rule)} drops it`
      : own.length === 0
        ? 'it has no group'
        : `no rule of ${own.join(', ')} lets it through`;
  return {
    code: CODES[direction],
    level: 'FATAL',
    on: { type: 'security-group', id: target === '' ? eni.id : target },
    message: `${spokenFlow(flow)} does not get ${way} ${eni.id} (${whose}): ${decides}`,
    evidence: by.kind === 'rule' ? [evidenceOf(by.rule)] : groups.map(whole),
    remedy:
      by.kind === 'rule'
        ? `${revoke(region, by.rule)}; or a rule of a smaller priority number that accepts it: ${authorize(region, target, direction, flow)}`
        : authorize(region, target, direction, flow),
  };
}

export function groupUnclear({ eni, whose }: Guarded, direction: Direction, flow: Flow, rule: Rule, what: string): Suspicion {
  return {
    code: 'ALIYUN_SECURITY_GROUP_UNCLEAR',
    level: 'WARNING',
    on: { type: 'security-group', id: rule.group },
    message: `Whether ${spokenFlow(flow)} gets ${direction === 'ingress' ? 'into' : 'out of'} ${eni.id} (${whose}) can't be told: ${spokenRule(rule)} decides, and ${what} can't be read`,
    evidence: [evidenceOf(rule)],
    remedy: `Look at the rule: aliyun ecs DescribeSecurityGroupAttribute --SecurityGroupId ${rule.group} --Direction ${direction}`,
  };
}

export function innerUnclear({ eni, whose }: Guarded, near: string, far: string): Suspicion {
  return {
    code: 'ALIYUN_SECURITY_GROUP_UNCLEAR',
    level: 'WARNING',
    on: { type: 'security-group', id: eni.groups[0] ?? eni.id },
    message: `Only that both ends are in one security group would let ${far} reach ${near} (${whose}), and one of them is in a prefix that is delegated to its interface: whether that counts is not documented`,
    evidence: [{ object: { kind: 'NetworkInterface', name: eni.id }, path: '/SecurityGroupIds/SecurityGroupId', value: eni.groups }],
    remedy: 'Add a rule that accepts the network of the pods.',
  };
}

function spokenRule(rule: Rule): string {
  const { id, group, policy, priority } = rule;
  const named = id === '' ? `a rule of ${group}` : `rule ${id} of ${group}`;
  return `${named} (${policy}, priority ${String(priority)})`;
}

function evidenceOf(rule: Rule): Evidence {
  return { object: { kind: 'SecurityGroup', name: rule.group }, path: rule.path, value: rule.raw };
}

function whole({ id, type, inner, rules }: SecurityGroup): Evidence {
  return {
    object: { kind: 'SecurityGroup', name: id },
    path: '',
    value: {
      SecurityGroupType: type === 'basic' ? 'normal' : 'enterprise',
      InnerAccessPolicy: inner === 'accept' ? 'Accept' : 'Drop',
      RuleCount: rules.length,
    },
  };
}

function authorize(region: string, group: string, direction: Direction, { src, dst, protocol, dport }: Flow): string {
  const [call, end, far] =
    direction === 'ingress'
      ? (['AuthorizeSecurityGroup', 'Source', src] as const)
      : (['AuthorizeSecurityGroupEgress', 'Dest', dst] as const);
  const option = typeof far === 'number' ? `${end}CidrIp` : `Ipv6${end}CidrIp`;
  return `aliyun ecs ${call} --RegionId ${region} --SecurityGroupId ${group} --IpProtocol ${ruleProtocol(protocol)} --PortRange ${rulePorts(protocol, dport)} --${option} ${hostCidr(far)} --Priority 1`;
}

function revoke(region: string, rule: Rule): string {
  const call = rule.direction === 'ingress' ? 'RevokeSecurityGroup' : 'RevokeSecurityGroupEgress';
  return rule.id === ''
    ? `In the console, under ECS > Security Groups > ${rule.group}, remove the rule (${text(rule.raw, 'IpProtocol')} ${text(rule.raw, 'PortRange')})`
    : `aliyun ecs ${call} --RegionId ${region} --SecurityGroupId ${rule.group} --SecurityGroupRuleId.1 ${rule.id}`;
}
