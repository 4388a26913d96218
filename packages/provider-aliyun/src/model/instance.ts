import { type Ip, parseIp } from '@skoop/netstack';
import { type Raw, list, text, texts } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';

/** A virtual machine of ECS. */
export interface Instance {
  readonly id: string;
  readonly region: string;
  /** `Running` where all is well. */
  readonly status: string;
  /** Why it is locked: `financial`, `security`, …; empty where it is not. */
  readonly locks: readonly string[];
  /** '' in the classic network. */
  readonly vpc: string;
  readonly vSwitch: string;
  /** An address of the Internet that was given at its making, and can't be taken away. */
  readonly fixedPublic: readonly Ip[];
  /** An EIP that is bound to the instance: it stands for the primary address of the primary interface. */
  readonly eip: { readonly address: Ip; readonly allocation: string } | undefined;
}

const BATCH = 100;

/** Instances of one region by id; one that is not there is not in the answer. `all` in one order: the same question is then the same call. */
export async function readInstances(reader: Reader, region: string, all: readonly string[]): Promise<ReadonlyMap<string, Instance>> {
  const ids = [...new Set(all)].sort();
  const batches: (readonly string[])[] = [];
  for (let from = 0; from < ids.length; from += BATCH) batches.push(ids.slice(from, from + BATCH));
  const answers = await Promise.all(
    batches.map((batch) => reader.read('DescribeInstances', region, { InstanceIds: JSON.stringify(batch) })),
  );
  return new Map(answers.flatMap(({ items }) => items.map((raw) => [text(raw, 'InstanceId'), parseInstance(raw, region)] as const)));
}

function parseInstance(raw: Raw, region: string): Instance {
  const eip = parseIp(text(raw, 'EipAddress.IpAddress'));
  return {
    id: text(raw, 'InstanceId'),
    region,
    status: text(raw, 'Status'),
    locks: list(raw, 'OperationLocks.LockReason').map((lock) => text(lock, 'LockReason')),
    vpc: text(raw, 'VpcAttributes.VpcId'),
    vSwitch: text(raw, 'VpcAttributes.VSwitchId'),
    fixedPublic: texts(raw, 'PublicIpAddress.IpAddress').flatMap((address) => parseIp(address) ?? []),
    eip: eip === undefined ? undefined : { address: eip, allocation: text(raw, 'EipAddress.AllocationId') },
  };
}
