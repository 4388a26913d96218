import { carry } from '../wire.ts';
import type { DeviceKind } from './device-kind.ts';

/** Behind it is a wire that no dump shows. */
export const physical: DeviceKind<'physical'> = {
  transmit: (walk, place, link, frame) => {
    walk.leave(link.name, frame.packet);
    return carry(walk, place, link, frame);
  },
  reach: ({ found }, place, link) => {
    found.push({ kind: 'edge', place, link });
  },
};
