import { bridgeOutput } from '../bridge.ts';
import { enterBridge, lacksVlans } from '../bridge-vlans.ts';
import { flood } from '../segment.ts';
import type { DeviceKind } from './device-kind.ts';

export const bridge: DeviceKind<'bridge'> = {
  transmit: bridgeOutput,
  reach: (segment, place, link, tag) => {
    if (lacksVlans(place, link)) segment.found.push({ kind: 'opaque', place, link });
    else flood(segment, place, link, undefined, enterBridge(link, link, tag));
  },
};
