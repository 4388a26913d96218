import { type Located, lowerOf, uppersOf } from '../../namespace/lower.ts';
import { receive } from '../receive.ts';
import { transmit } from '../transmit.ts';
import { type Place, finding } from '../walk.ts';
import { unmarked } from '../wire.ts';
import type { DeviceKind, LinkOf } from './device-kind.ts';

function siblings(place: Place, link: LinkOf<'ipvlan'>, lower: Located): readonly Located[] {
  if (link.device.isolation !== 'bridge') return [];
  return uppersOf(place.host, lower.link).filter((other) => other.link !== link && other.link.up && other.link.device.kind === 'ipvlan');
}

/** Mode l2: the lower device's address is shared, and the IP address tells whom a frame is for (linux: `ipvlan_xmit_mode_l2`). */
export const ipvlan: DeviceKind<'ipvlan'> = {
  transmit: (walk, place, link, frame) => {
    const lower = lowerOf(place.host, place.namespace, link);
    const unsupported = (construct: string) =>
      ({ kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) }) as const;
    if (lower === undefined) return unsupported(`ipvlan device ${link.name}, whose lower device is not in the dump`);
    if (link.device.mode !== 'l2') return unsupported(`ipvlan device ${link.name} of mode ${link.device.mode}: its lower device routes`);
    walk.leave(link.name, frame.packet);
    walk.step({ kind: 'transmit', device: link.name, evidence: [] });
    const sibling = siblings(place, link, lower).find((other) => other.link.addresses.some(({ ip }) => ip === frame.packet.dst));
    if (sibling !== undefined && frame.mac === link.mac)
      return receive(walk, { host: place.host, namespace: sibling.namespace }, sibling.link, unmarked(frame));
    return transmit(walk, { host: place.host, namespace: lower.namespace }, lower.link, unmarked(frame));
  },
  reach: (segment, place, link, tag) => {
    const lower = lowerOf(place.host, place.namespace, link);
    if (lower === undefined || link.device.mode !== 'l2') {
      segment.found.push({ kind: 'opaque', place, link });
      return;
    }
    for (const other of siblings(place, link, lower)) segment.arrive({ host: place.host, namespace: other.namespace }, other.link, tag);
    segment.emit({ host: place.host, namespace: lower.namespace }, lower.link, tag);
  },
};
