import { type Ip, formatIp } from '@skoop/netstack';
import type { Flow } from '../judge/flow.ts';
import { type GroupVerdict, judgeGroups } from '../judge/security-groups.ts';
import { type Eni, ownsAddress } from '../model/interface.ts';
import { readSecurityGroup } from '../model/security-group.ts';
import { groupDrops, groupUnclear, innerUnclear } from '../say/security-groups.ts';
import { unread } from '../say/unread.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, unclear } from './finding.ts';
import { listsOfGroups } from './lists.ts';

/** An interface whose groups are asked. */
export interface Guarded {
  readonly region: string;
  readonly eni: Eni;
  /** For a sentence: `node node1`. */
  readonly whose: string;
  /** Every interface of its VPC. */
  readonly enis: readonly Eni[];
}

/** The groups of an interface about the first packet of a conversation. `other`: the interface at the far end, where there is one in the VPC. */
export async function checkGroups(
  cloud: Cloud,
  direction: 'ingress' | 'egress',
  guarded: Guarded,
  flow: Flow,
  other: Eni | undefined,
): Promise<readonly Finding[]> {
  const { region, eni, enis } = guarded;
  const groups = await Promise.all(eni.groups.map((id) => readSecurityGroup(cloud.reader, region, id)));
  const { lists, failures } = await listsOfGroups(cloud, region, groups);
  const [near, far] = direction === 'ingress' ? [flow.dst, flow.src] : [flow.src, flow.dst];
  const shared = other === undefined ? [] : eni.groups.filter((group) => other.groups.includes(group));
  const owns = [ownsAddress(eni, near), other === undefined ? undefined : ownsAddress(other, far)];
  const ask = (members: readonly string[]): GroupVerdict =>
    judgeGroups({ direction, groups, flow, lists, isMember: membership(enis), shared: members });
  const verdict = ask(owns.every((kind) => kind === 'address') ? shared : []);
  switch (verdict.kind) {
    case 'accept':
      return [];
    case 'unclear':
      return [
        unclear(groupUnclear(guarded, direction, flow, verdict.rule, verdict.what)),
        ...failures.map((failure) => unclear(unread(failure))),
      ];
    case 'drop': {
      // Whether members of a group may speak from prefixes that are delegated to them is documented nowhere.
      const isOpen = owns.every((kind) => kind !== undefined) && ask(shared).kind === 'accept';
      if (isOpen) return [unclear(innerUnclear(guarded, formatIp(near), formatIp(far)))];
      return [drops(groupDrops(guarded, direction, flow, groups, verdict.by))];
    }
    default:
      return verdict satisfies never;
  }
}

/** Who is in a group, as far as one VPC of one account shows. */
export function membership(enis: readonly Eni[]): (group: string, account: string, address: Ip) => boolean | undefined {
  return (group, account, address) => {
    const members = enis.filter((eni) => eni.groups.includes(group));
    const owns = members.map((eni) => ownsAddress(eni, address));
    if (owns.includes('address')) return true;
    if (owns.includes('prefix')) return undefined;
    const isSeen = enis.some((eni) => ownsAddress(eni, address) !== undefined);
    // A group of another account has its members where we can't look; an interface that we see is none of them.
    return account !== '' && members.length === 0 && !isSeen ? undefined : false;
  };
}
