import type { Ip } from '../address/ip.ts';
import type { Host } from '../namespace/namespace.ts';
import type { Packet } from '../packet/packet.ts';
import type { DeviceModel } from './device-model.ts';
import type { Fabric, FabricEdge } from './fabric.ts';
import type { Finding } from './finding.ts';
import type { Hop } from './step.ts';

/** The hosts that were dumped, and what joins them. */
export interface World {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly fabric: Fabric;
  /** Asked before the kernel's own kinds of devices. */
  readonly devices?: readonly DeviceModel[];
}

/** Where a packet comes into the world. */
export type Origin =
  /** A process in a namespace sends it; `device`: its socket is bound to one. */
  | {
      readonly kind: 'socket';
      readonly host: string;
      readonly namespace: string;
      readonly uid?: number | undefined;
      readonly device?: string | undefined;
    }
  /** It arrives on a device, from outside of what is modelled. */
  | { readonly kind: 'wire'; readonly host: string; readonly namespace: string; readonly device: string };

export interface TraceRequest {
  readonly origin: Origin;
  /** Without it, the address that the kernel would choose; needed for a packet from the wire. */
  readonly src?: Ip | undefined;
  readonly dst: Ip;
  readonly protocol: number;
  /** Default 40000. */
  readonly sport?: number | undefined;
  readonly dport: number;
  /**
   * The flow may be one of which connection tracking knows: the entries of the dumps count, with their translations. Default false, a new
   * flow, as from a source port that nobody used of late.
   */
  readonly tracked?: boolean | undefined;
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
  readonly mark?: number | undefined;
  /** The TOS byte, traffic class in IPv6. Default 0. */
  readonly tos?: number | undefined;
  readonly ttl?: number | undefined;
  readonly length?: number | undefined;
  readonly df?: boolean | undefined;
  /** Trace the answer as well, and let it take part in the verdict. Default true. */
  readonly reply?: boolean | undefined;
  /** Note every rule that a packet met, and chains without rules as well. Default false: it costs. */
  readonly visits?: boolean | undefined;
  /** Forks at most; what is beyond is cut and *unknown*. Default 256. */
  readonly forks?: number | undefined;
}

export type Verdict = 'delivered' | 'dropped' | 'rejected' | 'unknown';

/** Where the forward packet arrived, as the receiver sees it. */
export interface Received {
  readonly host: string;
  readonly namespace: string;
  readonly packet: Packet;
}

/** The error that the sender gets: `errno-EHOSTUNREACH`, `tcp-reset`, `icmp-3/1`, `icmpv6-1/0`, and who makes it. */
export interface SenderError {
  readonly kind: string;
  readonly host: string;
  readonly namespace: string;
  /** Source address of the packet that brings it; `undefined` for the sender's own kernel. */
  readonly from: Ip | undefined;
}

/** One way through the network, one direction. */
export interface TracePath {
  readonly direction: 'forward' | 'reply';
  /** Reply: the index in {@link Trace.paths} of the forward path that it answers. */
  readonly replyTo: number | undefined;
  /** Of this direction alone: a forward path is delivered where a socket (or the wire out of the model) gets the packet. */
  readonly verdict: Verdict;
  /** Of the conversation's taking this way; `undefined` where it can't be known. */
  readonly probability: number | undefined;
  readonly hops: readonly Hop[];
  /** The deciding facts; at least one unless delivered. */
  readonly causes: readonly Finding[];
  /** Constructs that are not modelled and turned out not to matter. */
  readonly assumptions: readonly Finding[];
  readonly received: Received | undefined;
  readonly error: SenderError | undefined;
  /** Where it crossed from host to host, or left: what the cloud is asked about. `to` is undefined where it left the model. */
  readonly crossings: readonly Crossing[];
}

export interface Crossing {
  readonly edge: FabricEdge;
  readonly to: string | undefined;
}

export interface Trace {
  /** The worst over all ways: dropped > rejected > unknown > delivered. */
  readonly verdict: Verdict;
  /** Forward paths first, each followed by its reply. */
  readonly paths: readonly TracePath[];
  /** Hosts that the packet reaches and that are not dumped. */
  readonly needs: readonly string[];
}
