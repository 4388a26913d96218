import type { Link } from '../namespace/link.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Packet } from '../packet/packet.ts';
import type { Source } from '../source.ts';

/** What a device that the kernel's tables do not show does with a packet. */
export type DeviceOutcome =
  /** Comes out of another device of the same host. */
  | { readonly kind: 'carry'; readonly namespace: string; readonly device: string; readonly packet: Packet }
  | { readonly kind: 'drop'; readonly reason: string; readonly evidence: readonly Source[] }
  | { readonly kind: 'unknown'; readonly construct: string; readonly evidence: readonly Source[] };

/** A plugin's model of devices whose data path is in programs (eBPF, OVS). Pure: the same packet has the same outcome. */
export interface DeviceModel {
  readonly name: string;
  readonly claims: (namespace: NetworkNamespace, link: Link) => boolean;
  readonly transmit: (packet: Packet, link: Link, namespace: NetworkNamespace) => DeviceOutcome;
}
