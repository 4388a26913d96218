import { lowerOf } from '../../namespace/lower.ts';
import { isWire } from '../../namespace/wire.ts';
import { transmit } from '../transmit.ts';
import { finding } from '../walk.ts';
import { carry } from '../wire.ts';
import type { DeviceKind } from './device-kind.ts';

/**
 * Tags what leaves by the device below. On a wire that no dump shows a VLAN is a wire of its own, whose ends are the devices of that
 * VLAN.
 */
export const vlan: DeviceKind<'vlan'> = {
  transmit: (walk, place, link, frame) => {
    const lower = lowerOf(place.host, place.namespace, link);
    const unsupported = (construct: string) =>
      ({ kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) }) as const;
    if (lower === undefined) return unsupported(`VLAN device ${link.name}, whose lower device is not in the dump`);
    if (frame.vlan !== undefined) return unsupported(`a VLAN inside of a VLAN on ${link.name}`);
    const below = { host: place.host, namespace: lower.namespace };
    walk.leave(link.name, frame.packet);
    if (isWire(place.host, lower.namespace, lower.link)) return carry(walk, place, link, frame);
    walk.step({ kind: 'transmit', device: link.name, evidence: [] });
    return transmit(walk, below, lower.link, { ...frame, vlan: link.device.id });
  },
  reach: (segment, place, link) => {
    const lower = lowerOf(place.host, place.namespace, link);
    if (lower === undefined) segment.found.push({ kind: 'opaque', place, link });
    else if (isWire(place.host, lower.namespace, lower.link)) segment.found.push({ kind: 'edge', place, link });
    else segment.emit({ host: place.host, namespace: lower.namespace }, lower.link, link.device.id);
  },
};
