import type { Prefix } from '@skoop/netstack';
import { ReadFailure } from '../api/failure.ts';
import type { Lists } from '../judge/lists.ts';
import type { Target } from '../model/network-acl.ts';
import type { PortRange } from '../model/port-range.ts';
import { readPortList, readPrefixList, readVpcPrefixList } from '../model/prefix-list.ts';
import type { SecurityGroup } from '../model/security-group.ts';
import type { Cloud } from './cloud.ts';

/** Lists that rules name. One that can't be read is left out, and makes its rules unclear where they matter; `failures` tell why. */
export interface ReadLists {
  readonly lists: Lists;
  readonly failures: readonly ReadFailure[];
}

export async function listsOfGroups({ reader }: Cloud, region: string, groups: readonly SecurityGroup[]): Promise<ReadLists> {
  const rules = groups.flatMap((group) => group.rules);
  const failures: ReadFailure[] = [];
  const [prefixes, ports] = await Promise.all([
    readEach<Prefix>(
      rules.flatMap(({ peer }) => (peer.kind === 'list' ? [peer.id] : [])),
      (id) => readPrefixList(reader, region, id),
      failures,
    ),
    readEach<PortRange>(
      rules.flatMap(({ ports: wanted }) => (typeof wanted === 'object' && 'list' in wanted ? [wanted.list] : [])),
      (id) => readPortList(reader, region, id),
      failures,
    ),
  ]);
  return { lists: { prefixes, ports }, failures };
}

/** Of network ACLs and route tables. */
export async function listsOfTargets({ reader }: Cloud, region: string, targets: readonly Target[]): Promise<ReadLists> {
  const failures: ReadFailure[] = [];
  const prefixes = await readEach<Prefix>(
    targets.flatMap((target) => ('list' in target ? [target.list] : [])),
    (id) => readVpcPrefixList(reader, region, id),
    failures,
  );
  return { lists: { prefixes, ports: new Map() }, failures };
}

async function readEach<T>(
  ids: readonly string[],
  read: (id: string) => Promise<readonly T[] | undefined>,
  failures: ReadFailure[],
): Promise<ReadonlyMap<string, readonly T[]>> {
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
}
