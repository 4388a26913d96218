import { contains } from '@skoop/netstack';
import type { Flow } from '../judge/flow.ts';
import { judgeGroups } from '../judge/security-groups.ts';
import type { AccessList, Balancer, Listener } from '../model/balancer.ts';
import { type Eni, readEnis } from '../model/interface.ts';
import { readSecurityGroup } from '../model/security-group.ts';
import { readVSwitches } from '../model/vpc.ts';
import { aclRefuses, aclUnclear, answersItself } from '../say/balancers.ts';
import { groupDrops, groupUnclear } from '../say/security-groups.ts';
import { accessListOf } from './balancer-parts.ts';
import { checkAcl } from './check-acl.ts';
import { membership } from './check-groups.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, drops, ofSeveral, unclear } from './finding.ts';
import { listsOfGroups } from './lists.ts';

/** An access list of a listener. An empty one refuses nobody. */
export async function checkAccess(cloud: Cloud, balancer: Balancer, listener: Listener, { src }: Flow): Promise<readonly Finding[]> {
  const { acl } = listener;
  if (acl === undefined || acl.ids.length === 0) return [];
  const lists: readonly AccessList[] = await Promise.all(acl.ids.map((id) => accessListOf(cloud, balancer, id)));
  const entries = lists.flat();
  if (entries.length === 0) return [];
  const isListed = entries.some((entry) => entry !== undefined && contains(entry, src));
  // What can't be read may hold the address as well.
  if (!isListed && entries.includes(undefined)) return [unclear(aclUnclear(balancer, listener))];
  return isListed === (acl.type === 'white') ? [] : [drops(aclRefuses(balancer, listener, src))];
}

/** The groups that an NLB has of its own. */
export async function checkOwnGroups(cloud: Cloud, balancer: Balancer, flow: Flow): Promise<readonly Finding[]> {
  if (balancer.groups.length === 0) return [];
  const { region, vpc } = balancer;
  const [groups, enis] = await Promise.all([
    Promise.all(balancer.groups.map((id) => readSecurityGroup(cloud.reader, region, id))),
    readEnis(cloud.reader, region, vpc),
  ]);
  const { lists } = await listsOfGroups(cloud, region, groups);
  const verdict = judgeGroups({ direction: 'ingress', groups, flow, lists, isMember: membership(enis), shared: [] });
  const guarded = { region, eni: eniFor(balancer), whose: `NLB ${balancer.id}`, enis };
  if (verdict.kind === 'unclear') return [unclear(groupUnclear(guarded, 'ingress', flow, verdict.rule, verdict.what))];
  return verdict.kind === 'accept' ? [] : [drops(groupDrops(guarded, 'ingress', flow, groups, verdict.by))];
}

/**
 * The ACLs of the vSwitches that an NLB or ALB stands in: which of its zones a packet takes nobody knows. `towards`: the vSwitch of the
 * server that it goes on to.
 */
export async function checkOwnAcls(
  cloud: Cloud,
  balancer: Balancer,
  direction: 'ingress' | 'egress',
  flow: Flow,
  towards?: string,
): Promise<readonly Finding[]> {
  if (balancer.vSwitches.length === 0) return [];
  const { region, vpc } = balancer;
  const known = await readVSwitches(cloud.reader, region, vpc);
  const zones = await Promise.all(
    balancer.vSwitches.map(async (id): Promise<readonly Finding[]> => {
      const vSwitch = known.find((one) => one.id === id);
      if (vSwitch === undefined) return [unclear(answersItself(balancer, `stands in vSwitch ${id}, which VPC ${vpc} does not list`))];
      return checkAcl(cloud, { region, vSwitch, direction, isInside: id === towards }, flow);
    }),
  );
  return ofSeveral(zones);
}

/** The balancer as if it were one interface. */
function eniFor({ id, vpc, groups, addresses }: Balancer): Eni {
  return {
    id,
    instance: '',
    isPrimary: true,
    vpc,
    vSwitch: '',
    addresses: addresses.map((address) => ({ address, public: undefined })),
    prefixes: [],
    groups,
    checksAddresses: false,
  };
}
