import { type Prefix, parsePrefix } from '@skoop/netstack';
import { type Raw, list, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import { type PortRange, parsePorts } from './port-range.ts';
import { parseRuleProtocol } from './protocol.ts';

/** A network as ACLs and route tables write it: a CIDR, or the id of a prefix list. */
export type Target = Prefix | { readonly list: string } | { readonly unclear: string };

export interface AclEntry {
  readonly id: string;
  readonly policy: 'accept' | 'drop';
  readonly protocol: number | 'all' | undefined;
  /** Of the packet's destination, in both directions. */
  readonly ports: PortRange | 'any' | undefined;
  /** The other end: the source of what comes in, the destination of what goes out. */
  readonly peer: Target;
  /** `undefined`: not told, and so whatever the peer is of. */
  readonly family: 4 | 6 | undefined;
  readonly path: string;
  readonly raw: Raw;
}

/** Stateless: a packet and its answer are looked at each for itself. The first entry that fits decides; none drops. */
export interface NetworkAcl {
  readonly id: string;
  /** `Available`, or it is being changed. */
  readonly status: string;
  readonly ingress: readonly AclEntry[];
  readonly egress: readonly AclEntry[];
}

/** `undefined`: there is none of that id. */
export async function readNetworkAcl(reader: Reader, region: string, id: string): Promise<NetworkAcl | undefined> {
  const { items } = await reader.read('DescribeNetworkAclAttributes', region, { NetworkAclId: id });
  const [raw] = items;
  if (raw === undefined) return undefined;
  const entries = (direction: 'Ingress' | 'Egress', peer: string): readonly AclEntry[] => {
    const path = `NetworkAclAttribute.${direction}AclEntries.${direction}AclEntry`;
    return list(raw, path).map((entry, index) => parseEntry(entry, peer, `/${path.replaceAll('.', '/')}/${String(index)}`));
  };
  return {
    id,
    status: text(raw, 'NetworkAclAttribute.Status'),
    ingress: entries('Ingress', 'SourceCidrIp'),
    egress: entries('Egress', 'DestinationCidrIp'),
  };
}

function parseEntry(raw: Raw, peer: string, path: string): AclEntry {
  const version = text(raw, 'IpVersion').toLowerCase();
  return {
    id: text(raw, 'NetworkAclEntryId'),
    policy: text(raw, 'Policy').toLowerCase() === 'accept' ? 'accept' : 'drop',
    protocol: parseRuleProtocol(text(raw, 'Protocol')),
    ports: parsePorts(text(raw, 'Port')),
    peer: parseTarget(text(raw, peer)),
    family: version === 'ipv4' ? 4 : version === 'ipv6' ? 6 : undefined,
    path,
    raw,
  };
}

export function parseTarget(written: string): Target {
  if (written.startsWith('pl-')) return { list: written };
  return parsePrefix(written) ?? { unclear: written };
}
