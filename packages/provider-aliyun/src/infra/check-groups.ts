import { type Ip, formatIp } from '@skoop/netstack';
import { ReadFailure } from '../api/failure.ts';
import type { Flow } from '../judge/flow.ts';
import type { Lists } from '../judge/lists.ts';
import { type GroupVerdict, judgeGroups } from '../judge/security-groups.ts';
import { type Eni, ownsAddress } from '../model/interface.ts';
import { readPortList, readPrefixList } from '../model/prefix-list.ts';
import { type SecurityGroup, readSecurityGroup } from '../model/security-group.ts';
import { groupDrops, groupUnclear, innerUnclear } from '../say/security-groups.ts';
import { unread } from '../say/unread.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, unclear } from './finding.ts';

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
  { reader }: Cloud,
  direction: 'ingress' | 'egress',
  guarded: Guarded,
  flow: Flow,
  other: Eni | undefined,
): Promise<readonly Finding[]> {
  const { region, eni, enis } = guarded;
  const groups = await Promise.all(eni.groups.map((id) => readSecurityGroup(reader, region, id)));
  const { lists, failures } = await readLists(reader, region, groups);
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

/** Lists that the rules name; one that can't be read is left out, and makes its rules unclear where they matter. */
async function readLists(
  reader: Cloud['reader'],
  region: string,
  groups: readonly SecurityGroup[],
): Promise<{ readonly lists: Lists; readonly failures: readonly ReadFailure[] }> {
  const rules = groups.flatMap((group) => group.rules);
  const failures: ReadFailure[] = [];
  const all = async <T>(
    ids: readonly string[],
    read: (id: string) => Promise<readonly T[] | undefined>,
  ): Promise<Map<string, readonly T[]>> => {
    const found = new Map<string, readonly T[]>();
    await Promise.all(
      [...new Set(ids)].map(async (id) => {
        try {
          const entries = await read(id);
          if (entries !== undefined) found.set(id, entries);
        } catch (error) {
          if (!(error instanceof ReadFailure)) throw error;
          failures.push(error);
        }
      }),
    );
    return found;
  };
  const [prefixes, ports] = await Promise.all([
    all(
      rules.flatMap(({ peer }) => (peer.kind === 'list' ? [peer.id] : [])),
      (id) => readPrefixList(reader, region, id),
    ),
    all(
      rules.flatMap(({ ports: wanted }) => (typeof wanted === 'object' && 'list' in wanted ? [wanted.list] : [])),
      (id) => readPortList(reader, region, id),
    ),
  ]);
  return { lists: { prefixes, ports }, failures };
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
