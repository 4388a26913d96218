import { formatIp } from '../../address/ip.ts';
import type { Link } from '../../namespace/link.ts';
import { isWire } from '../../namespace/wire.ts';
import { transmit } from '../transmit.ts';
import { type Place, dropped } from '../walk.ts';
import { carry } from '../wire.ts';
import type { DeviceKind, LinkOf } from './device-kind.ts';

/** The parts that carry frames: the one in use, or all that are up (linux: `bond_xmit_activebackup_slave`, `bond_3ad_xor_xmit`). */
function partsInUse(place: Place, link: LinkOf<'bond'>): readonly Link[] {
  const parts = place.namespace.links.filter((part) => part.master === link.name && part.up && part.carrier);
  const { active } = link.device;
  return active === undefined ? parts : parts.filter((part) => part.name === active);
}

/** All parts lead to one wire, so which of them a hash takes makes no difference there. */
export const bond: DeviceKind<'bond'> = {
  transmit: (walk, place, link, frame) => {
    const parts = partsInUse(place, link);
    if (parts.length === 0)
      return dropped(place, 'LINK_NO_CARRIER', [link.source], { device: link.name, destination: formatIp(frame.packet.dst) });
    walk.leave(link.name, frame.packet);
    if (parts.every((part) => isWire(place.host, place.namespace, part))) return carry(walk, place, link, frame);
    return transmit(walk, place, parts.length === 1 ? (parts[0] as Link) : walk.chooser.pick(parts, () => 1), frame);
  },
  reach: (segment, place, link, tag) => {
    const parts = partsInUse(place, link);
    if (parts.length > 0 && parts.every((part) => isWire(place.host, place.namespace, part)))
      segment.found.push({ kind: 'edge', place, link });
    else for (const part of parts) segment.emit(place, part, tag);
  },
};
