import { type Ip, parseIp } from '@skoop/netstack';
import { text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';

/** An address that moves between instances. */
export interface HaVip {
  readonly id: string;
  readonly address: Ip | undefined;
  /** Instance or interface that has it now; '' where none does. */
  readonly master: string;
}

export async function readHaVips(reader: Reader, region: string, vpc: string): Promise<readonly HaVip[]> {
  const { items } = await reader.read('DescribeHaVips', region, { 'Filter.1.Key': 'VpcId', 'Filter.1.Value.1': vpc });
  return items.map((raw) => ({
    id: text(raw, 'HaVipId'),
    address: parseIp(text(raw, 'IpAddress')),
    master: text(raw, 'MasterInstanceId'),
  }));
}
