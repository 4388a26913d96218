import type { Evidence } from './evidence.ts';
import type { NetNode, NetNodeRef } from './net-node.ts';
import type { Packet } from './packet.ts';
import type { Verdict } from './verdict.ts';

/** What one network node did with a packet. */
export type TransmissionAction = 'send' | 'forward' | 'service' | 'serve' | 'drop' | 'reject' | 'unknown';

export interface TransmissionStep {
  /** `route`, `netfilter`, `nat`, `bridge`, `encapsulate`, …; a provider's own kinds are allowed. */
  readonly kind: string;
  /** One line for a person. */
  readonly summary: string;
  readonly evidence: readonly Evidence[];
}

/** A packet's passage through one network node: how it came, what was done, how it left. */
export interface Transmission {
  readonly node: NetNodeRef;
  readonly action: TransmissionAction;
  readonly in?: { readonly interface: string; readonly packet: Packet };
  readonly out?: { readonly interface: string; readonly packet: Packet };
  readonly steps: readonly TransmissionStep[];
}

/** One way of a packet, in one direction. */
export interface Path {
  readonly verdict: Verdict;
  /** Between 0 and 1; null where it can't be known. */
  readonly probability: number | null;
  readonly direction: 'forward' | 'reply';
  /** Reply: index of the forward path that it answers. */
  readonly replyTo?: number;
  readonly hops: readonly Transmission[];
}

/** A connection between two network nodes, by what it is made of. */
export interface Link {
  readonly from: NetNodeRef;
  readonly to: NetNodeRef;
  /** `veth`, `vxlan`, `wire`, … */
  readonly type: string;
  readonly packet: Packet;
}

/** The union of all paths, for drawing. */
export interface Graph {
  readonly nodes: readonly NetNode[];
  readonly links: readonly Link[];
}

/** Everything that a diagnosis found out about a packet's ways. */
export interface PacketPath {
  readonly verdict: Verdict;
  readonly paths: readonly Path[];
  readonly graph: Graph;
}
