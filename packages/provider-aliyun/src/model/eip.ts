import { type Raw, list, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';

export interface Eip {
  readonly id: string;
  /** `InUse` where it is bound. */
  readonly status: string;
  /** `Normal`, or why it is stopped. */
  readonly business: string;
  readonly locks: readonly string[];
  readonly raw: Raw;
}

/** `undefined`: there is none of that id. */
export async function readEip(reader: Reader, region: string, allocation: string): Promise<Eip | undefined> {
  const { items } = await reader.read('DescribeEipAddresses', region, { AllocationId: allocation });
  const [raw] = items;
  if (raw === undefined) return undefined;
  return {
    id: allocation,
    status: text(raw, 'Status'),
    business: text(raw, 'BusinessStatus'),
    locks: list(raw, 'OperationLocks.LockReason').map((lock) => text(lock, 'LockReason')),
    raw,
  };
}
