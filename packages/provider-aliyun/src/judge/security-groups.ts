import { type Ip, contains, hasPorts } from '@skoop/netstack';
import { inRange } from '../model/port-range.ts';
import type { Rule, SecurityGroup } from '../model/security-group.ts';
import type { Flow } from './flow.ts';
import type { Lists } from './lists.ts';
import { type Match, allOf, matchPorts, matchProtocol, walkRules, yesNo } from './match.ts';

/** One interface's groups, asked about a packet of a new conversation. What answers one that was let through passes without a question. */
export interface GroupQuestion {
  readonly direction: 'ingress' | 'egress';
  /** Of the interface; all of one type. */
  readonly groups: readonly SecurityGroup[];
  readonly flow: Flow;
  readonly lists: Lists;
  /** Is the address a private one of an interface in that group? `undefined`: it can't be told, as for a group of another account. */
  readonly isMember: (group: string, account: string, address: Ip) => boolean | undefined;
  /** Groups that both ends are in, where both addresses are the interfaces' own. */
  readonly shared: readonly string[];
}

export type GroupVerdict =
  | { readonly kind: 'accept' | 'drop'; readonly by: GroupReason }
  /** A rule of which it can't be told whether it fits, and which would decide. */
  | { readonly kind: 'unclear'; readonly rule: Rule; readonly what: string };

export type GroupReason =
  { readonly kind: 'rule'; readonly rule: Rule } | { readonly kind: 'inner'; readonly group: string } | { readonly kind: 'default' };

/**
 * The rules of all groups are one list: the smallest number first, and of equal ones those that drop. Neither the length of a prefix nor the
 * width of a range counts.
 */
export function judgeGroups(question: GroupQuestion): GroupVerdict {
  const { direction, groups, shared } = question;
  if (direction === 'ingress') {
    // Members of a group that lets its members speak (a basic one): no rule is asked, not even one that drops.
    const open = groups.find(({ id, inner }) => inner === 'accept' && shared.includes(id));
    if (open !== undefined) return { kind: 'accept', by: { kind: 'inner', group: open.id } };
  }
  const rules = groups.flatMap((group) => group.rules).filter((rule) => rule.direction === direction);
  const ordered = [...rules].sort((a, b) => a.priority - b.priority || Number(a.policy === 'accept') - Number(b.policy === 'accept'));
  const fallback = defaultOf(direction, groups);
  const walked = walkRules(ordered, (rule) => matchRule(rule, question), fallback);
  if (walked.kind === 'unclear') return { kind: 'unclear', rule: walked.by, what: walked.what };
  return walked.by === undefined
    ? { kind: fallback, by: { kind: 'default' } }
    : { kind: walked.by.policy, by: { kind: 'rule', rule: walked.by } };
}

/** What comes in is dropped where nothing lets it in; what goes out is let out by a basic group and dropped by an advanced one. */
function defaultOf(direction: 'ingress' | 'egress', groups: readonly SecurityGroup[]): 'accept' | 'drop' {
  return direction === 'egress' && groups.every(({ type }) => type === 'basic') ? 'accept' : 'drop';
}

function matchRule(rule: Rule, question: GroupQuestion): Match {
  const { flow, direction } = question;
  const [far, near] = direction === 'ingress' ? [flow.src, flow.dst] : [flow.dst, flow.src];
  return allOf([
    matchProtocol(rule.protocol, flow.protocol),
    matchDestinationPorts(rule, question),
    matchPorts(rule.sourcePorts, flow.protocol, flow.sport),
    rule.local === undefined ? 'yes' : rule.local === 'unclear' ? { unclear: 'its near end' } : yesNo(contains(rule.local, near)),
    matchPeer(rule, far, question),
  ]);
}

function matchDestinationPorts({ ports }: Rule, { flow, lists }: GroupQuestion): Match {
  if (typeof ports !== 'object' || !('list' in ports)) return matchPorts(ports, flow.protocol, flow.dport);
  const listed = lists.ports.get(ports.list);
  if (listed === undefined) return { unclear: `the port list ${ports.list}` };
  return yesNo(hasPorts(flow.protocol) && listed.some((range) => inRange(range, flow.dport)));
}

function matchPeer({ peer }: Rule, far: Ip, { lists, isMember }: GroupQuestion): Match {
  switch (peer.kind) {
    case 'prefix':
      return yesNo(contains(peer.prefix, far));
    case 'group': {
      const member = isMember(peer.id, peer.account, far);
      return member === undefined ? { unclear: `the members of group ${peer.id}` } : yesNo(member);
    }
    case 'list': {
      const listed = lists.prefixes.get(peer.id);
      return listed === undefined ? { unclear: `the prefix list ${peer.id}` } : yesNo(listed.some((prefix) => contains(prefix, far)));
    }
    case 'unclear':
      return { unclear: peer.written === '' ? 'its other end' : `its other end "${peer.written}"` };
    default:
      return peer satisfies never;
  }
}
