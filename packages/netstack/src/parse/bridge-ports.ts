import type { BridgePort } from '../namespace/link.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Fields, flag, text } from './fields.ts';
import { type Item, readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';

const STATES: ReadonlyMap<string, BridgePort['state']> = new Map([
  ['0', 'disabled'],
  ['1', 'listening'],
  ['2', 'learning'],
  ['3', 'forwarding'],
  ['4', 'blocking'],
  ['disabled', 'disabled'],
  ['listening', 'listening'],
  ['learning', 'learning'],
  ['forwarding', 'forwarding'],
  ['blocking', 'blocking'],
]);

/** The state of a port, from `info_slave_data` or `bridge link`; the kernel's defaults where an old tool prints less. `undefined`: no state. */
export function readPort(fields: Fields, source: Item['source']): BridgePort | undefined {
  const state = STATES.get(text(fields, 'state') ?? '');
  if (state === undefined) return undefined;
  return {
    state,
    hairpin: flag(fields, 'hairpin') ?? false,
    isolated: flag(fields, 'isolated') ?? false,
    flood: flag(fields, 'flood') ?? true,
    learning: flag(fields, 'learning') ?? true,
    source,
  };
}

/** `bridge -j -d link`: by the port's name. */
export function parseBridgePorts(dump: NamespaceDump): Parsed<ReadonlyMap<string, BridgePort>> {
  const items = readItems(dump, 'bridge-link', 'bridge-ports');
  const gaps = [...items.gaps];
  const value = new Map<string, BridgePort>();
  for (const item of items.value) {
    const name = text(item.fields, 'ifname');
    const port = readPort(item.fields, item.source);
    if (name === undefined || port === undefined)
      gaps.push(unreadableItem('bridge-ports', item, 'a bridge port without a name or a state'));
    else value.set(name, port);
  }
  return { value, gaps };
}
