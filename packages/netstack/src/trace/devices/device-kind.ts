import type { Device, Link } from '../../namespace/link.ts';
import type { Segment } from '../segment.ts';
import type { Frame } from '../transmit.ts';
import type { Outcome, Place, Walk } from '../walk.ts';

/** A link whose device is of that kind. */
export type LinkOf<K extends Device['kind']> = Link & { readonly device: Extract<Device, { readonly kind: K }> };

/** What one kind of device does with frames. Methods, not function properties, so that each is an {@link AnyDeviceKind} as well. */
export interface DeviceKind<K extends Device['kind']> {
  /** A frame goes out of it. */
  transmit(walk: Walk, place: Place, link: LinkOf<K>, frame: Frame): Outcome;
  /** Whom a broadcast frame reaches that goes out of it; `tag` where the frame has one of a VLAN. */
  reach(segment: Segment, place: Place, link: LinkOf<K>, tag: number | undefined): void;
}

/** The same, of a link whose kind is looked up. */
export interface AnyDeviceKind {
  transmit(walk: Walk, place: Place, link: Link, frame: Frame): Outcome;
  reach(segment: Segment, place: Place, link: Link, tag: number | undefined): void;
}
