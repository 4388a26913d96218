import { type Ip, parseIp } from '@skoop/netstack';
import { flag, number, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';

/** Once a VPC has one that is on, nothing leaves for the Internet but by the route tables. */
export async function hasIpv4Gateway(reader: Reader, region: string, vpc: string): Promise<boolean> {
  const { items } = await reader.read('ListIpv4Gateways', region, { VpcId: vpc });
  return items.some((raw) => flag(raw, 'Enabled') === true);
}

/** An IPv6 address with or without a way to the Internet. */
export interface Ipv6Address {
  readonly id: string;
  readonly address: Ip | undefined;
  readonly gateway: string;
  /** It has bandwidth for the Internet, and its bill is paid. */
  readonly isPublic: boolean;
}

export async function readIpv6Addresses(reader: Reader, region: string, vpc: string): Promise<readonly Ipv6Address[]> {
  const { items } = await reader.read('DescribeIpv6Addresses', region, { VpcId: vpc });
  return items.map((raw) => ({
    id: text(raw, 'Ipv6AddressId'),
    address: parseIp(text(raw, 'Ipv6Address')),
    gateway: text(raw, 'Ipv6GatewayId'),
    isPublic: (number(raw, 'Ipv6InternetBandwidth.Bandwidth') ?? 0) > 0 && !/lock/i.test(text(raw, 'Ipv6InternetBandwidth.BusinessStatus')),
  }));
}

/** Addresses that may begin conversations with the Internet, and not be spoken to. */
export async function readEgressOnly(reader: Reader, region: string, gateway: string): Promise<readonly string[]> {
  const { items } = await reader.read('DescribeIpv6EgressOnlyRules', region, { Ipv6GatewayId: gateway });
  return items.map((raw) => text(raw, 'InstanceId'));
}
