import { type Ip, type Prefix, contains, parseIp, parsePrefix } from '@skoop/netstack';
import { type Raw, flag, list, text, texts } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';

/** An address of the Internet that stands for a private one. */
export interface PublicAddress {
  readonly address: Ip;
  /** Id of the EIP; '' for a fixed one. */
  readonly allocation: string;
}

/** An elastic network interface: what security groups, ACLs and routes are bound to. */
export interface Eni {
  readonly id: string;
  /** '' where it is attached to none. */
  readonly instance: string;
  readonly isPrimary: boolean;
  readonly vpc: string;
  readonly vSwitch: string;
  /** The first is the primary one. */
  readonly addresses: readonly { readonly address: Ip; readonly public: PublicAddress | undefined }[];
  /** Delegated to it as a whole, for pods. */
  readonly prefixes: readonly Prefix[];
  readonly groups: readonly string[];
  /** Drops what it did not send, and what is not for it. */
  readonly checksAddresses: boolean;
}

/** Every interface of a VPC. */
export async function readEnis(reader: Reader, region: string, vpc: string): Promise<readonly Eni[]> {
  const { items } = await reader.read('DescribeNetworkInterfaces', region, { VpcId: vpc });
  return items.map(parseEni);
}

function parseEni(raw: Raw): Eni {
  const primary = text(raw, 'PrivateIpAddress');
  const own = publicOf(raw, 'AssociatedPublicIp');
  const addresses = list(raw, 'PrivateIpSets.PrivateIpSet').flatMap((set) => {
    const written = text(set, 'PrivateIpAddress');
    const address = parseIp(written);
    const bound = publicOf(set, 'AssociatedPublicIp') ?? (written === primary ? own : undefined);
    return address === undefined ? [] : [{ address, public: bound, isFirst: written === primary }];
  });
  const first = parseIp(primary);
  if (first !== undefined && !addresses.some(({ address }) => address === first))
    addresses.push({ address: first, public: own, isFirst: true });
  const six = list(raw, 'Ipv6Sets.Ipv6Set').flatMap((set) => parseIp(text(set, 'Ipv6Address')) ?? []);
  return {
    id: text(raw, 'NetworkInterfaceId'),
    instance: text(raw, 'Attachment.InstanceId') || text(raw, 'InstanceId'),
    isPrimary: text(raw, 'Type') === 'Primary',
    vpc: text(raw, 'VpcId'),
    vSwitch: text(raw, 'VSwitchId'),
    addresses: [
      ...addresses.sort((a, b) => Number(b.isFirst) - Number(a.isFirst)).map(({ address, public: bound }) => ({ address, public: bound })),
      ...six.map((address) => ({ address, public: undefined })),
    ],
    prefixes: [
      ...list(raw, 'Ipv4PrefixSets.Ipv4PrefixSet').flatMap((set) => parsePrefix(text(set, 'Ipv4Prefix')) ?? []),
      ...list(raw, 'Ipv6PrefixSets.Ipv6PrefixSet').flatMap((set) => parsePrefix(text(set, 'Ipv6Prefix')) ?? []),
    ],
    groups: texts(raw, 'SecurityGroupIds.SecurityGroupId'),
    checksAddresses: flag(raw, 'SourceDestCheck') === true,
  };
}

function publicOf(raw: Raw, path: string): PublicAddress | undefined {
  const address = parseIp(text(raw, `${path}.PublicIpAddress`));
  return address === undefined ? undefined : { address, allocation: text(raw, `${path}.AllocationId`) };
}

/** How an address is an interface's: one of its own, or one of a prefix that is delegated to it. */
export type Ownership = 'address' | 'prefix';

export function ownsAddress(eni: Eni, ip: Ip): Ownership | undefined {
  if (eni.addresses.some(({ address }) => address === ip)) return 'address';
  return eni.prefixes.some((prefix) => contains(prefix, ip)) ? 'prefix' : undefined;
}

/** The interface that has the address; by its own before by a prefix. */
export function eniOfAddress(enis: readonly Eni[], ip: Ip): Eni | undefined {
  return enis.find((eni) => ownsAddress(eni, ip) === 'address') ?? enis.find((eni) => ownsAddress(eni, ip) === 'prefix');
}

export function primaryEni(enis: readonly Eni[], instance: string): Eni | undefined {
  const own = enis.filter((eni) => eni.instance === instance);
  return own.find(({ isPrimary }) => isPrimary) ?? own[0];
}
