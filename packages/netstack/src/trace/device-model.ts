import type { Link } from '../namespace/link.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Packet } from '../packet/packet.ts';
import type { Ip } from '../address/ip.ts';
import type { Source } from '../source.ts';

/** What a device that the kernel's tables do not show does with a packet. */
export type DeviceOutcome =
  /** Comes out of another device of the same host. */
  | { readonly kind: 'carry'; readonly namespace: string; readonly device: string; readonly packet: Packet }
  /**
   * A program reads it and sends it on in a datagram of its own, from its port to a port of another host. There a socket must take the
   * datagram, and the packet comes out of the device that a model of the same name claims.
   */
  | {
      readonly kind: 'encapsulate';
      readonly packet: Packet;
      readonly outer: Pick<Packet, 'dst' | 'protocol' | 'sport' | 'dport'>;
      readonly source: Ip | undefined;
      /** Bytes that the outer headers add. */
      readonly overhead: number;
      readonly evidence: readonly Source[];
    }
  | { readonly kind: 'drop'; readonly reason: string; readonly evidence: readonly Source[] }
  | { readonly kind: 'unknown'; readonly construct: string; readonly evidence: readonly Source[] };

/** A plugin's model of devices whose data path is in programs (eBPF, OVS). Pure: the same packet has the same outcome. */
export interface DeviceModel {
  readonly name: string;
  readonly claims: (namespace: NetworkNamespace, link: Link) => boolean;
  readonly transmit: (packet: Packet, link: Link, namespace: NetworkNamespace) => DeviceOutcome;
}
