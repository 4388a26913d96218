import { type Ip, type Prefix, contains, parseIp, parsePrefix } from '@skoop/netstack';
import { type Raw, list, text } from '../api/raw.ts';
import type { Reader } from '../api/reader.ts';
import { type PortRange, inRange, parsePorts } from './port-range.ts';
import { parseRuleProtocol } from './protocol.ts';

export interface NatGateway {
  readonly id: string;
  readonly network: 'internet' | 'intranet';
  readonly status: string;
  /** `Normal`, or why it is stopped: an unpaid bill. */
  readonly business: string;
  /** Addresses that are bound to it. */
  readonly addresses: readonly Ip[];
}

/** Hides senders behind addresses of the gateway. */
export interface SnatEntry {
  readonly id: string;
  readonly source: Prefix | undefined;
  readonly vSwitch: string;
  readonly eni: string;
  readonly addresses: readonly Ip[];
  readonly status: string;
  readonly raw: Raw;
}

/** Sends what comes for an address of the gateway on to a private one. */
export interface ForwardEntry {
  readonly id: string;
  readonly external: Ip | undefined;
  readonly internal: Ip | undefined;
  readonly protocol: number | 'all' | undefined;
  readonly externalPorts: PortRange | 'any' | undefined;
  readonly internalPorts: PortRange | 'any' | undefined;
  readonly status: string;
  readonly raw: Raw;
}

export async function readNatGateways(reader: Reader, region: string, vpc: string): Promise<readonly NatGateway[]> {
  const { items } = await reader.read('DescribeNatGateways', region, { VpcId: vpc });
  return items.map((raw) => ({
    id: text(raw, 'NatGatewayId'),
    network: text(raw, 'NetworkType') === 'intranet' ? 'intranet' : 'internet',
    status: text(raw, 'Status'),
    business: text(raw, 'BusinessStatus'),
    addresses: list(raw, 'IpLists.IpList').flatMap((entry) => parseIp(text(entry, 'IpAddress')) ?? []),
  }));
}

export async function readSnatEntries(reader: Reader, region: string, gateway: string): Promise<readonly SnatEntry[]> {
  const { items } = await reader.read('DescribeSnatTableEntries', region, { NatGatewayId: gateway });
  return items.map((raw) => ({
    id: text(raw, 'SnatEntryId'),
    source: parsePrefix(text(raw, 'SourceCIDR')),
    vSwitch: text(raw, 'SourceVSwitchId'),
    eni: text(raw, 'NetworkInterfaceId'),
    addresses: text(raw, 'SnatIp')
      .split(',')
      .flatMap((address) => parseIp(address.trim()) ?? []),
    status: text(raw, 'Status'),
    raw,
  }));
}

export async function readForwardEntries(reader: Reader, region: string, gateway: string): Promise<readonly ForwardEntry[]> {
  const { items } = await reader.read('DescribeForwardTableEntries', region, { NatGatewayId: gateway });
  return items.map((raw) => ({
    id: text(raw, 'ForwardEntryId'),
    external: parseIp(text(raw, 'ExternalIp')),
    internal: parseIp(text(raw, 'InternalIp')),
    protocol: parseRuleProtocol(anyAs(text(raw, 'IpProtocol'), 'all')),
    externalPorts: parsePorts(anyAs(text(raw, 'ExternalPort'), '')),
    internalPorts: parsePorts(anyAs(text(raw, 'InternalPort'), '')),
    status: text(raw, 'Status'),
    raw,
  }));
}

function anyAs(written: string, meant: string): string {
  return /^any$/i.test(written) ? meant : written;
}

/** Who sends: its address, the interface and the vSwitch that it leaves by. */
export interface Sender {
  readonly address: Ip;
  readonly eni: string;
  readonly vSwitch: string;
}

/** The entry that hides a sender: one for its interface, else the longest prefix that holds its address, else its vSwitch's. */
export function snatFor(entries: readonly SnatEntry[], { address, eni, vSwitch }: Sender): SnatEntry | undefined {
  const usable = entries.filter(({ status }) => status === 'Available');
  const byEni = usable.find((entry) => entry.eni !== '' && entry.eni === eni);
  if (byEni !== undefined) return byEni;
  let best: SnatEntry | undefined;
  for (const entry of usable) {
    if (entry.source === undefined || !contains(entry.source, address)) continue;
    if (best === undefined || (entry.source.length ?? 0) > (best.source?.length ?? 0)) best = entry;
  }
  // An entry for a vSwitch names its network too, as a rule.
  return best ?? usable.find((entry) => entry.source === undefined && entry.vSwitch !== '' && entry.vSwitch === vSwitch);
}

/** The entry that is meant by an address, a protocol and a port, and the port that it sends on to. */
export function forwardFor(
  entries: readonly ForwardEntry[],
  dst: Ip,
  protocol: number,
  port: number,
): { readonly entry: ForwardEntry; readonly internal: Ip; readonly port: number } | undefined {
  for (const entry of entries) {
    if (entry.status !== 'Available' || entry.external !== dst || entry.internal === undefined) continue;
    if (entry.protocol !== 'all' && entry.protocol !== protocol) continue;
    const { externalPorts, internalPorts } = entry;
    if (externalPorts === 'any') return { entry, internal: entry.internal, port };
    if (externalPorts === undefined || !inRange(externalPorts, port)) continue;
    // Ranges of equal length go one to one.
    const to = typeof internalPorts === 'object' ? internalPorts.from + (port - externalPorts.from) : port;
    return { entry, internal: entry.internal, port: to };
  }
  return undefined;
}
