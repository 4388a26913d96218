import { finding } from '../walk.ts';
import type { DeviceKind } from './device-kind.ts';

/** A kind that is not modelled: WireGuard, tun, Geneve, VRF, …; its peers and its programs are in no dump. */
export const opaque: DeviceKind<'opaque'> = {
  transmit: (_walk, place, link) => ({
    kind: 'unknown',
    finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct: `device ${link.name} of type ${link.device.type}` }),
  }),
  reach: ({ found }, place, link) => {
    found.push({ kind: 'opaque', place, link });
  },
};
