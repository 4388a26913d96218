import type { BridgePort, Link, LinkAddress, LinkProgram } from '../namespace/link.ts';
import type { Gap } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { parseAddresses } from './addresses.ts';
import { parseBridgePorts, readPort } from './bridge-ports.ts';
import { parseBridgeVlans } from './bridge-vlans.ts';
import { readDevice } from './device.ts';
import { integer, mac, object, text, texts } from './fields.ts';
import { type Item, readItems, unreadableItem } from './json.ts';
import { parsePrograms } from './programs.ts';
import type { Parsed } from './read.ts';

/** `ip -j -d link`, with what `ip addr`, `bridge link` and `tc filter` say of the same links. */
export function parseLinks(dump: NamespaceDump): Parsed<readonly Link[]> {
  const items = readItems(dump, 'ip-link', 'links');
  const addresses = parseAddresses(dump);
  const ports = parseBridgePorts(dump);
  const programs = parsePrograms(dump);
  const gaps: Gap[] = [...items.gaps, ...addresses.gaps, ...programs.gaps];

  const indexOf = new Map<string, number>();
  for (const { fields } of items.value) indexOf.set(text(fields, 'ifname') ?? '', integer(fields, 'ifindex') ?? 0);

  const links: Link[] = [];
  for (const item of items.value) {
    const link = readLink(item, indexOf, addresses.value, programs.value);
    if (link === undefined) gaps.push(unreadableItem('links', item, 'a link without an index, a name or an MTU'));
    else links.push(link);
  }
  // Every namespace has a loopback device: an empty list is no list.
  if (links.length === 0 && gaps.every((gap) => gap.topic !== 'links'))
    gaps.push({ topic: 'links', kind: 'malformed', why: 'ip-link is empty' });
  links.sort((a, b) => a.index - b.index);

  const joined = joinPorts(links, ports.value);
  const isFiltered = links.some(({ device }) => device.kind === 'bridge' && device.vlanFiltering);
  const vlans = isFiltered ? parseBridgeVlans(dump) : undefined;
  for (const gap of vlans?.gaps ?? []) gaps.push(gap);
  if (joined.missing.length > 0) {
    for (const gap of ports.gaps) gaps.push(gap);
    gaps.push({
      topic: 'bridge-ports',
      kind: 'missing',
      why: `the state of these bridge ports is not in the dump: ${joined.missing.join(', ')}`,
    });
  }
  // A port without any VLAN is not printed.
  const value =
    vlans === undefined || vlans.gaps.length > 0
      ? joined.links
      : joined.links.map((link) => ({ ...link, vlans: vlans.value.get(link.name) ?? [] }));
  return { value, gaps };
}

function readLink(
  item: Item,
  indexOf: ReadonlyMap<string, number>,
  addresses: ReadonlyMap<number, readonly LinkAddress[]>,
  programs: ReadonlyMap<string, readonly LinkProgram[]>,
): Link | undefined {
  const { fields, source } = item;
  const index = integer(fields, 'ifindex');
  const name = text(fields, 'ifname');
  const mtu = integer(fields, 'mtu');
  if (index === undefined || name === undefined || mtu === undefined) return undefined;
  const flags = texts(fields, 'flags');
  const device = readDevice(fields, indexOf);
  const xdp: LinkProgram[] = fields['xdp'] == null ? [] : [{ kind: 'xdp', direction: 'ingress', source }];
  return {
    index,
    name,
    up: flags.includes('UP'),
    carrier: flags.includes('LOWER_UP'),
    noarp: flags.includes('NOARP'),
    promiscuous: flags.includes('PROMISC'),
    mtu,
    group: text(fields, 'group'),
    mac: mac(fields, 'address'),
    addresses: addresses.get(index) ?? [],
    master: text(fields, 'master'),
    port: readSlave(item),
    device,
    programs: [...xdp, ...(programs.get(name) ?? [])],
    source,
  };
}

function readSlave({ fields, source }: Item): BridgePort | undefined {
  const info = object(fields, 'linkinfo');
  if (info === undefined || text(info, 'info_slave_kind') !== 'bridge') return undefined;
  const data = object(info, 'info_slave_data');
  return data && readPort(data, source);
}

/** Ports that `ip link` tells nothing of (old versions) get their state from `bridge link`. */
function joinPorts(links: readonly Link[], ports: ReadonlyMap<string, BridgePort>): { links: Link[]; missing: string[] } {
  const bridges = new Set(links.filter((link) => link.device.kind === 'bridge').map((link) => link.name));
  const missing: string[] = [];
  const joined = links.map((link) => {
    if (link.port !== undefined || link.master === undefined || !bridges.has(link.master)) return link;
    const port = ports.get(link.name);
    if (port === undefined) missing.push(link.name);
    return { ...link, port };
  });
  return { links: joined, missing };
}
