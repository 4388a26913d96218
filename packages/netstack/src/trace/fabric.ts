import type { Ip } from '../address/ip.ts';
import type { Packet } from '../packet/packet.ts';

/** A frame is about to leave what its host's dump shows: a device whose other end is not in it. */
export interface FabricEdge {
  readonly host: string;
  readonly namespace: string;
  readonly device: string;
  /** The address that the frame is for on that wire: the gateway, or the destination itself. */
  readonly nextHop: Ip;
  /** Where a permanent neighbour entry fixes it. */
  readonly mac: string | undefined;
  readonly packet: Packet;
}

export type FabricAnswer =
  /** That device of that host gets the frame. `routed`: from a router that no dump shows, which answers for the next hop and sends it on there. */
  | { readonly kind: 'host'; readonly host: string; readonly namespace: string; readonly device: string; readonly routed?: true }
  /** Somebody outside of the model gets it. */
  | { readonly kind: 'external'; readonly reason: string }
  /** Nobody on that wire has the address: neighbour resolution fails. */
  | { readonly kind: 'nobody'; readonly reason: string }
  /** A host that is known and not dumped: the branch ends here, and the answer may differ once it is. */
  | { readonly kind: 'need'; readonly host: string };

/** What joins the hosts. Pure: the same edge gets the same answer. */
export interface Fabric {
  readonly carry: (edge: FabricEdge) => FabricAnswer;
}
