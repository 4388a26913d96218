import { type Prefix, parsePrefix } from '@skoop/netstack';
import { text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import { type PortRange, parsePorts } from './port-range.ts';

/** Networks under one id. An entry that can't be read makes the list unreadable: `undefined`. */
export type Listed<T> = readonly T[] | undefined;

/** A list as security groups know it. */
export async function readPrefixList(reader: Reader, region: string, id: string): Promise<Listed<Prefix>> {
  const { items } = await reader.read('DescribePrefixListAttributes', region, { PrefixListId: id });
  return every(items.map((raw) => parsePrefix(text(raw, 'Cidr'))));
}

/** A list as route tables and network ACLs know it. */
export async function readVpcPrefixList(reader: Reader, region: string, id: string): Promise<Listed<Prefix>> {
  const { items } = await reader.read('GetVpcPrefixListEntries', region, { PrefixListId: id });
  return every(items.map((raw) => parsePrefix(text(raw, 'Cidr'))));
}

export async function readPortList(reader: Reader, region: string, id: string): Promise<Listed<PortRange>> {
  const { items } = await reader.read('DescribePortRangeListEntries', region, { PortRangeListId: id });
  return every(
    items.map((raw) => {
      const ports = parsePorts(text(raw, 'PortRange'));
      return ports === 'any' ? { from: 0, to: 65535 } : ports;
    }),
  );
}

function every<T>(values: readonly (T | undefined)[]): Listed<T> {
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : undefined;
}
