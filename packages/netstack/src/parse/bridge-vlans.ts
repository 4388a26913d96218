import type { PortVlan } from '../namespace/link.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Fields, integer, objects, text, texts } from './fields.ts';
import { readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';

/** `bridge -j -d vlan`: by the name of the port, or of the bridge itself. */
export function parseBridgeVlans(dump: NamespaceDump): Parsed<ReadonlyMap<string, readonly PortVlan[]>> {
  const items = readItems(dump, 'bridge-vlan', 'bridge-ports');
  const gaps = [...items.gaps];
  const value = new Map<string, readonly PortVlan[]>();
  for (const item of items.value) {
    const name = text(item.fields, 'ifname');
    const vlans = objects(item.fields, 'vlans').map(readVlan);
    if (name === undefined || !vlans.every((vlan) => vlan !== undefined))
      gaps.push(unreadableItem('bridge-ports', item, 'VLANs of a port that can not be read'));
    else value.set(name, vlans);
  }
  return { value, gaps };
}

function readVlan(fields: Fields): PortVlan | undefined {
  const from = integer(fields, 'vlan');
  const to = integer(fields, 'vlanEnd') ?? from;
  if (from === undefined || to === undefined) return undefined;
  const flags = texts(fields, 'flags');
  const state = text(fields, 'state') ?? 'forwarding';
  return { from, to, pvid: flags.includes('PVID'), untagged: flags.includes('Egress Untagged'), forwards: state === 'forwarding' };
}
