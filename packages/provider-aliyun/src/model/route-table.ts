import { type Raw, list, number, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import { type Target, parseTarget } from './network-acl.ts';

export interface NextHop {
  /** `local`, `Instance`, `NatGateway`, … */
  readonly type: string;
  readonly id: string;
  readonly region: string;
}

export interface RouteEntry {
  readonly id: string;
  /** Of the table that it is in. */
  readonly table: string;
  readonly destination: Target;
  readonly family: 4 | 6 | undefined;
  /** Only `Available` ones count. */
  readonly status: string;
  /** Told by a transit router or a gateway; the tables' own go first. */
  readonly isLearned: boolean;
  /** Those that are in use; several share the packets. */
  readonly hops: readonly NextHop[];
  readonly path: string;
  readonly raw: Raw;
}

export async function readRoutes(reader: Reader, region: string, table: string): Promise<readonly RouteEntry[]> {
  const { items } = await reader.read('DescribeRouteEntryList', region, { RouteTableId: table });
  return items.map((raw, index) => parseRoute(raw, table, index));
}

function parseRoute(raw: Raw, table: string, index: number): RouteEntry {
  const version = text(raw, 'IpVersion').toLowerCase();
  const hops = list(raw, 'NextHops.NextHop');
  const enabled = hops.filter((hop) => number(hop, 'Enabled') !== 0);
  const weights = enabled.map((hop) => number(hop, 'Weight') ?? 0);
  // Active and standby: with one hop at 100 the one at 0 is not used.
  const used = weights.some((weight) => weight > 0) ? enabled.filter((_, at) => (weights[at] ?? 0) > 0) : enabled;
  return {
    id: text(raw, 'RouteEntryId'),
    table,
    destination: parseTarget(text(raw, 'DestinationCidrBlock')),
    family: version === 'ipv4' ? 4 : version === 'ipv6' ? 6 : undefined,
    status: text(raw, 'Status'),
    isLearned: !/^(?:system|custom)$/i.test(text(raw, 'Type')),
    hops: used.map((hop) => ({ type: text(hop, 'NextHopType'), id: text(hop, 'NextHopId'), region: text(hop, 'NextHopRegionId') })),
    path: `/RouteEntrys/RouteEntry/${String(index)}`,
    raw,
  };
}

/** How the entry is written. */
export function writtenDestination(entry: RouteEntry): string {
  return text(entry.raw, 'DestinationCidrBlock');
}
