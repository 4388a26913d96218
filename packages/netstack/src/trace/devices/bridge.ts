import { bridgeOutput } from '../bridge.ts';
import { forwardsFrames, portsOf } from '../segment.ts';
import type { DeviceKind } from './device-kind.ts';

export const bridge: DeviceKind<'bridge'> = {
  transmit: bridgeOutput,
  reach: (segment, place, link, tag) => {
    for (const port of portsOf(place, link)) if (forwardsFrames(port)) segment.emit(place, port, tag);
  },
};
