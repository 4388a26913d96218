import type { Ip } from '../address/ip.ts';
import type { Link, Mac } from '../namespace/link.ts';
import { uppersOf } from '../namespace/lower.ts';
import { linkByName, portsOf as portsByName } from '../namespace/lookup.ts';
import { type BridgeVlan, enterBridge, lacksVlans, leaveBridge } from './bridge-vlans.ts';
import { kindOf } from './devices/index.ts';
import type { Place } from './walk.ts';
import type { World } from './trace.types.ts';

/** Who hears a broadcast frame that is sent out of a device. */
export type Station =
  /** A device with a network stack behind it: a plain link, or the bridge that it is a port of. */
  | { readonly kind: 'station'; readonly place: Place; readonly link: Link }
  /** A device whose other end is in no dump. */
  | { readonly kind: 'edge'; readonly place: Place; readonly link: Link }
  /** A device that is not modelled. */
  | { readonly kind: 'opaque'; readonly place: Place; readonly link: Link };

/** Everybody who hears a frame, gathered while it is followed. */
export interface Segment {
  readonly world: World;
  readonly found: Station[];
  /** The frame goes out of a device. */
  readonly emit: (place: Place, link: Link, tag: number | undefined) => void;
  /** It comes in on one. */
  readonly arrive: (place: Place, link: Link, tag: number | undefined) => void;
}

/** By device, then by tag. A world never changes. */
const heard = new WeakMap<World, Map<Link, Map<number | undefined, readonly Station[]>>>();

/** Every station that a frame sent out of `link` may reach. Learned forwarding entries play no part: they come and go. */
export function stations(world: World, place: Place, link: Link, tag?: number): readonly Station[] {
  let byLink = heard.get(world);
  if (byLink === undefined) heard.set(world, (byLink = new Map<Link, Map<number | undefined, readonly Station[]>>()));
  let byTag = byLink.get(link);
  if (byTag === undefined) byLink.set(link, (byTag = new Map<number | undefined, readonly Station[]>()));
  let found = byTag.get(tag);
  if (found === undefined) {
    const segment = segmentOf(world);
    segment.emit(place, link, tag);
    byTag.set(tag, (found = segment.found));
  }
  return found;
}

/** Every station that a frame may reach which comes in on `link`. */
export function stationsBehind(world: World, place: Place, link: Link): readonly Station[] {
  const segment = segmentOf(world);
  segment.arrive(place, link, undefined);
  return segment.found;
}

function segmentOf(world: World): Segment {
  const seen = new Set<string>();
  const segment: Segment = {
    world,
    found: [],
    emit: (at, out, tagged) => {
      const key = `${at.host.id} ${at.namespace.id} ${out.name} ${String(tagged)}`;
      if (seen.has(key) || !out.up || !out.carrier) return;
      seen.add(key);
      kindOf(out.device).reach(segment, at, out, tagged);
    },
    arrive: (at, arrived, tagged) => {
      arrive(segment, at, arrived, tagged);
    },
  };
  return segment;
}

function arrive(segment: Segment, place: Place, link: Link, tag: number | undefined): void {
  if (!link.up) return;
  const master = link.master === undefined ? undefined : linkByName(place.namespace, link.master);
  if (master?.device.kind === 'bond') {
    segment.arrive(place, master, tag);
    return;
  }
  if (master?.device.kind !== 'bridge') {
    stack(segment, place, link, tag);
    return;
  }
  if (!forwardsFrames(link) || !master.up) return;
  if (lacksVlans(place, master)) {
    segment.found.push({ kind: 'opaque', place, link: master });
    return;
  }
  const vlan = enterBridge(master, link, tag);
  const up = vlan === 'refused' ? vlan : leaveBridge(master, master, vlan);
  if (up !== 'refused') stack(segment, place, master, up);
  flood(segment, place, master, link, vlan);
}

/** A broadcast inside of a bridge, to every port that may have it. */
export function flood(segment: Segment, place: Place, bridge: Link, from: Link | undefined, vlan: BridgeVlan | 'refused'): void {
  if (vlan === 'refused') return;
  for (const port of portsOf(place, bridge)) {
    if (port === from && port.port?.hairpin !== true) continue;
    if (port.port?.isolated === true && from?.port?.isolated === true) continue;
    const tag = leaveBridge(bridge, port, vlan);
    if (tag !== 'refused' && forwardsFrames(port)) segment.emit(place, port, tag);
  }
}

/** The device's own stack, and those of the devices that stand on it: its VLAN's alone where the frame is tagged. */
function stack(segment: Segment, place: Place, link: Link, tag: number | undefined): void {
  if (tag === undefined) segment.found.push({ kind: 'station', place, link });
  for (const upper of uppersOf(place.host, link)) {
    const isVlan = upper.link.device.kind === 'vlan';
    if (tag === undefined ? isVlan : upper.link.device.kind !== 'vlan' || upper.link.device.id !== tag) continue;
    segment.arrive({ host: place.host, namespace: upper.namespace }, upper.link, undefined);
  }
}

/** Where a VXLAN device sends frames that no entry names: its `remote`, and the entries for the all-zero address. */
export function floodTargets(place: Place, link: Link): readonly Ip[] {
  const entries = place.namespace.fdb.filter(
    (entry) => entry.dev === link.name && entry.mac === '00:00:00:00:00:00' && entry.dst !== undefined,
  );
  const targets = entries.map((entry) => entry.dst as Ip);
  if (targets.length === 0 && link.device.kind === 'vxlan' && link.device.remote !== undefined) return [link.device.remote];
  return targets;
}

export function portsOf(place: Place, bridge: Link): readonly Link[] {
  return portsByName(place.namespace, bridge.name);
}

/** Frames for one address do not leave by a port that neither learns nor is flooded, unless an entry leads there. */
export function isDeaf({ namespace }: Place, { name, port }: Link, mac: Mac | undefined): boolean {
  return port?.flood === false && !port.learning && !namespace.fdb.some((entry) => entry.mac === mac && entry.dev === name);
}

export function forwardsFrames(port: Link): boolean {
  return port.port === undefined || port.port.state === 'forwarding';
}
