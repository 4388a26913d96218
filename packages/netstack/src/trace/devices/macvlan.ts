import { type Located, lowerOf, uppersOf } from '../../namespace/lower.ts';
import { receive } from '../receive.ts';
import { transmit } from '../transmit.ts';
import { type Place, finding } from '../walk.ts';
import { unmarked } from '../wire.ts';
import type { DeviceKind, LinkOf } from './device-kind.ts';

/** Others of mode `bridge` on the same lower device. The lower device's own addresses are never among them. */
function siblings(place: Place, link: LinkOf<'macvlan'>, lower: Located): readonly Located[] {
  if (link.device.mode !== 'bridge') return [];
  return uppersOf(place.host, lower.link).filter(
    (other) => other.link !== link && other.link.up && other.link.device.kind === 'macvlan' && other.link.device.mode === 'bridge',
  );
}

/** An address of its own on the lower device's wire (linux: `macvlan_queue_xmit`). */
export const macvlan: DeviceKind<'macvlan'> = {
  transmit: (walk, place, link, frame) => {
    const lower = lowerOf(place.host, place.namespace, link);
    if (lower === undefined) {
      const construct = `macvlan device ${link.name}, whose lower device is not in the dump`;
      return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) };
    }
    walk.leave(link.name, frame.packet);
    walk.step({ kind: 'transmit', device: link.name, evidence: [] });
    const sibling = siblings(place, link, lower).find((other) => frame.mac !== undefined && other.link.mac === frame.mac);
    if (sibling !== undefined) return receive(walk, { host: place.host, namespace: sibling.namespace }, sibling.link, unmarked(frame));
    return transmit(walk, { host: place.host, namespace: lower.namespace }, lower.link, unmarked(frame));
  },
  reach: (segment, place, link, tag) => {
    const lower = lowerOf(place.host, place.namespace, link);
    if (lower === undefined) {
      segment.found.push({ kind: 'opaque', place, link });
      return;
    }
    for (const other of siblings(place, link, lower)) segment.arrive({ host: place.host, namespace: other.namespace }, other.link, tag);
    segment.emit({ host: place.host, namespace: lower.namespace }, lower.link, tag);
  },
};
