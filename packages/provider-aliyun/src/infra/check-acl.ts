import type { Flow } from '../judge/flow.ts';
import { judgeAcl } from '../judge/network-acl.ts';
import { readNetworkAcl } from '../model/network-acl.ts';
import type { VSwitch } from '../model/vpc.ts';
import { aclChanging, aclDrops, aclUnclear } from '../say/network-acl.ts';
import { unread } from '../say/unread.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, remark, unclear } from './finding.ts';
import { listsOfTargets } from './lists.ts';

/** A packet that passes the edge of a vSwitch, whether it begins a conversation or answers. */
export interface Edge {
  readonly region: string;
  readonly vSwitch: VSwitch;
  readonly direction: 'ingress' | 'egress';
  /** Does the packet stay inside of the vSwitch? Then its ACL is said not to filter it. */
  readonly isInside: boolean;
}

export async function checkAcl(cloud: Cloud, edge: Edge, flow: Flow): Promise<readonly Finding[]> {
  const { region, vSwitch, direction, isInside } = edge;
  if (vSwitch.acl === '') return [];
  const acl = await readNetworkAcl(cloud.reader, region, vSwitch.acl);
  if (acl === undefined) return [];
  const { lists, failures } = await listsOfTargets(
    cloud,
    region,
    acl[direction].map(({ peer }) => peer),
  );
  const changing = acl.status === 'Available' ? [] : [remark(aclChanging(acl))];
  const verdict = judgeAcl(acl, direction, flow, lists);
  switch (verdict.kind) {
    case 'accept':
      return changing;
    case 'drop': {
      const entry = verdict.by === 'platform' ? undefined : verdict.by;
      const said = aclDrops(edge, acl, flow, entry);
      return [...changing, isInside ? remark({ ...said, level: 'WARNING' }) : drops(said)];
    }
    case 'unclear': {
      const said = aclUnclear(edge, acl, flow, verdict.entry, verdict.what);
      return isInside ? changing : [...changing, unclear(said), ...failures.map((failure) => unclear(unread(failure)))];
    }
    default:
      return verdict satisfies never;
  }
}
