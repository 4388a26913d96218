import type { Wire, World } from './world.ts';

/**
 * The rules of the reference, once more: slowly, on texts as the API writes them, and sharing nothing with the code that they are held against.
 * IPv4 alone.
 */
export interface SlowPacket {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
}

/** A field as a text; '' where there is none. */
const word = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

const bits = (address: string): string =>
  address
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');

function isIn(cidr: string, address: string): boolean {
  const [network = '', length = '32'] = cidr.split('/');
  return bits(network).slice(0, Number(length)) === bits(address).slice(0, Number(length));
}

const NUMBERS = { icmp: '1', tcp: '6', udp: '17' };

function isProtocol(written: unknown, { protocol }: SlowPacket): boolean {
  const name = word(written).toLowerCase();
  return name === 'all' || name === protocol || name === NUMBERS[protocol];
}

function hasPort(written: unknown, port: number, { protocol }: SlowPacket): boolean {
  if (word(written) === '' || written === '-1/-1') return true;
  if (protocol === 'icmp') return false;
  const [from, to] = word(written).split('/').map(Number);
  for (let each = from ?? 1; each <= (to ?? 0); each++) if (each === port) return true;
  return false;
}

function addressesOf(eni: Wire): readonly string[] {
  return (eni['PrivateIpSets'] as { PrivateIpSet: { PrivateIpAddress: string }[] }).PrivateIpSet.map((set) => set.PrivateIpAddress);
}

function groupsOf(eni: Wire): readonly string[] {
  return (eni['SecurityGroupIds'] as { SecurityGroupId: string[] }).SecurityGroupId;
}

function fits(world: World, rule: Wire, packet: SlowPacket, direction: string): boolean {
  if (rule['Direction'] !== direction) return false;
  if (!isProtocol(rule['IpProtocol'], packet)) return false;
  if (!hasPort(rule['PortRange'], packet.dport, packet)) return false;
  if (!hasPort(rule['SourcePortRange'], packet.sport, packet)) return false;
  const [far, near] = direction === 'ingress' ? ['Source', 'Dest'] : ['Dest', 'Source'];
  const [there, here] = direction === 'ingress' ? [packet.src, packet.dst] : [packet.dst, packet.src];
  const local = rule[`${near ?? ''}CidrIp`];
  if (local !== undefined && !isIn(word(local), here)) return false;
  const cidr = rule[`${far ?? ''}CidrIp`];
  if (cidr !== undefined) return isIn(word(cidr), there);
  if (rule[`Ipv6${far ?? ''}CidrIp`] !== undefined) return false;
  const group = rule[`${far ?? ''}GroupId`];
  if (group !== undefined) return world.enis.some((eni) => groupsOf(eni).includes(word(group)) && addressesOf(eni).includes(there));
  return (world.prefixLists[word(rule[`${far ?? ''}PrefixListId`])] ?? []).some((entry) => isIn(entry, there));
}

/** The groups of the interface with that address. */
export function slowGroups(world: World, direction: 'ingress' | 'egress', packet: SlowPacket): 'accept' | 'drop' {
  const ownerOf = (address: string): Wire => world.enis.find((eni) => addressesOf(eni).includes(address)) ?? {};
  const [here, there] = direction === 'ingress' ? [packet.dst, packet.src] : [packet.src, packet.dst];
  const own = groupsOf(ownerOf(here));
  const groups = world.groups.filter((group) => own.includes(word(group['SecurityGroupId'])));
  if (direction === 'ingress')
    for (const group of groups)
      if (
        group['SecurityGroupType'] === 'normal' &&
        group['InnerAccessPolicy'] === 'Accept' &&
        groupsOf(ownerOf(there)).includes(word(group['SecurityGroupId']))
      )
        return 'accept';
  const matching = groups.flatMap((group) => group.rules).filter((rule) => fits(world, rule, packet, direction));
  for (let priority = 1; priority <= 110; priority++) {
    const level = matching.filter((rule) => Number(rule['Priority'] ?? 1) === priority);
    if (level.some((rule) => word(rule['Policy']).toLowerCase() === 'drop')) return 'drop';
    if (level.length > 0) return 'accept';
  }
  return direction === 'egress' && groups.every((group) => group['SecurityGroupType'] === 'normal') ? 'accept' : 'drop';
}

export function slowAcl(entries: readonly Wire[], direction: 'ingress' | 'egress', packet: SlowPacket): 'accept' | 'drop' {
  for (const entry of entries) {
    const [field, there] = direction === 'ingress' ? ['SourceCidrIp', packet.src] : ['DestinationCidrIp', packet.dst];
    const is = entry['IpVersion'] === 'IPV4' && isProtocol(entry['Protocol'], packet) && hasPort(entry['Port'], packet.dport, packet);
    if (is && isIn(word(entry[field]), there)) return entry['Policy'] === 'accept' ? 'accept' : 'drop';
  }
  return 'drop';
}

/** Ids of the entries that may be taken, all as good as each other; none where there is no way. */
export function slowRoute(world: World, entries: readonly Wire[], dst: string): readonly string[] {
  const found: { readonly id: string; readonly length: number; readonly isOwn: boolean }[] = [];
  for (const entry of entries) {
    if (entry['Status'] !== 'Available' || entry['IpVersion'] !== 'IPv4') continue;
    const written = word(entry['DestinationCidrBlock']);
    for (const cidr of written.startsWith('pl-') ? (world.prefixLists[written] ?? []) : [written])
      if (isIn(cidr, dst))
        found.push({
          id: word(entry['RouteEntryId']),
          length: Number(cidr.split('/')[1]),
          isOwn: entry['Type'] === 'Custom' || entry['Type'] === 'System',
        });
  }
  const longest = Math.max(...found.map(({ length }) => length));
  const best = found.filter(({ length }) => length === longest);
  const own = best.filter(({ isOwn }) => isOwn);
  return (own.length > 0 ? own : best).map(({ id }) => id);
}
