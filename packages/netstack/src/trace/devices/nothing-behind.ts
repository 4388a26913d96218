import { formatIp } from '../../address/ip.ts';
import type { Link } from '../../namespace/link.ts';
import type { Frame } from '../transmit.ts';
import { type Outcome, type Place, type Walk, dropped } from '../walk.ts';
import type { DeviceKind } from './device-kind.ts';

function swallow(_walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
  return dropped(place, 'LINK_NO_PEER', [link.source], { device: link.name, destination: formatIp(frame.packet.dst) });
}

/** What is sent into it is gone. */
export const dummy: DeviceKind<'dummy'> = { transmit: swallow, reach: () => undefined };
/** What is for this machine does not come this way: it is looped before. */
export const loopback: DeviceKind<'loopback'> = { transmit: swallow, reach: () => undefined };
