import type { Node, Service } from '../cluster/objects.ts';
import type { NetNode } from './net-node.ts';
import type { Packet } from './packet.ts';
import type { Suspicion } from './suspicion.ts';

export interface InfraOptions {
  /** Aborted at `--timeout` and on Ctrl-C. */
  readonly signal: AbortSignal;
  /** On a reply, what is stateful (a security group, NAT) passes what answers a packet that it passed; what is stateless (an ACL, a route) judges anew. */
  readonly direction: 'forward' | 'reply';
}

export interface InfraForward {
  readonly packet: Packet;
  /** Name of the node that gets it. */
  readonly to: string;
  /** Between 0 and 1; null where it can't be known. */
  readonly probability: number | null;
}

export interface InfraResult {
  readonly outcome: 'pass' | 'drop' | 'reject' | 'unknown';
  /** Where the cloud changes the packet (SNAT, a balancer's choice). */
  readonly forwards?: readonly InfraForward[];
  /** The cloud's own network nodes, drawn between the two. */
  readonly hops?: readonly NetNode[];
  /** A drop or a reject has at least one, which core marks as the cause. */
  readonly suspicions: readonly Suspicion[];
}

/**
 * What the network under the nodes does to a packet. Asked between traces, for every edge at once, and once a run for equal arguments.
 * A method that throws makes its edge *unknown*, with the error's message.
 */
export interface InfraShim {
  /** A packet leaves a node for another by its device `oif`: the outer packet of a tunnel. */
  nodeToNode(src: Node, oif: string, dst: Node, packet: Packet, options: InfraOptions): Promise<InfraResult>;
  /** A packet leaves a node for an address that no node owns. */
  nodeToExternal(src: Node, oif: string, packet: Packet, options: InfraOptions): Promise<InfraResult>;
  /** A packet arrives at a node from an address that no node owns. */
  externalToNode(dst: Node, packet: Packet, options: InfraOptions): Promise<InfraResult>;
  /** The destination is a load balancer's address. `backends` are the nodes that may get it. */
  externalToLoadBalancer(service: Service, packet: Packet, backends: readonly Node[], options: InfraOptions): Promise<InfraResult>;
  /**
   * The addresses of a Service's load balancer whose status tells a name alone. Asked where the destination is an address that nobody is known to
   * have; without it, or where it fails, the address is the outside's.
   */
  balancerAddresses?(service: Service, options: Pick<InfraOptions, 'signal'>): Promise<readonly string[]>;
}
