import { type Prefix, parsePrefix } from '@skoop/netstack';
import { type Raw, text, texts } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';

export interface Vpc {
  readonly id: string;
  /** Its own networks; user CIDRs among them, which follow the route tables although they look public. */
  readonly networks: readonly Prefix[];
}

export interface VSwitch {
  readonly id: string;
  readonly zone: string;
  readonly networks: readonly Prefix[];
  readonly routeTable: string;
  /** '' where none is bound to it. */
  readonly acl: string;
}

/** `undefined`: there is none of that id. */
export async function readVpc(reader: Reader, region: string, id: string): Promise<Vpc | undefined> {
  const { items } = await reader.read('DescribeVpcs', region, { VpcId: id });
  const raw = items.find((item) => text(item, 'VpcId') === id);
  if (raw === undefined) return undefined;
  const networks = [
    text(raw, 'CidrBlock'),
    ...texts(raw, 'SecondaryCidrBlocks.SecondaryCidrBlock'),
    ...texts(raw, 'UserCidrs.UserCidr'),
    text(raw, 'Ipv6CidrBlock'),
  ];
  return { id, networks: prefixes(networks) };
}

export async function readVSwitches(reader: Reader, region: string, vpc: string): Promise<readonly VSwitch[]> {
  const { items } = await reader.read('DescribeVSwitches', region, { VpcId: vpc });
  return items.map(parseVSwitch);
}

function parseVSwitch(raw: Raw): VSwitch {
  return {
    id: text(raw, 'VSwitchId'),
    zone: text(raw, 'ZoneId'),
    networks: prefixes([text(raw, 'CidrBlock'), text(raw, 'Ipv6CidrBlock')]),
    routeTable: text(raw, 'RouteTable.RouteTableId'),
    acl: text(raw, 'NetworkAclId'),
  };
}

function prefixes(written: readonly string[]): readonly Prefix[] {
  return written.flatMap((cidr) => (cidr === '' ? [] : (parsePrefix(cidr) ?? [])));
}
