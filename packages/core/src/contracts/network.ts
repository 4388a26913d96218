import type { Endpoint } from './packet.ts';
import type { PacketPath } from './packet-path.ts';
import type { Suspicion } from './suspicion.ts';

/** One question. */
export interface Question {
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** Given, connections that were there before count, with their translations; else it is a new one from port 40000. */
  readonly sport?: number;
  /** Judge the answer as well. */
  readonly reply: boolean;
  readonly signal: AbortSignal;
}

/** What a check looks at. */
export interface CheckScope {
  /** These nodes and their pods only; without it all of them. */
  readonly nodes?: readonly string[];
  readonly signal: AbortSignal;
}

/** Owns every resource of a run. */
export interface Network {
  /** Follows one packet. Never throws for what the cluster is or lacks: that is in the answer. */
  diagnose(
    question: Question,
    src: Endpoint,
    dst: Endpoint,
  ): Promise<{ readonly suspicions: readonly Suspicion[]; readonly path: PacketPath }>;
  /** Every invariant of every node and pod, without a packet. Never throws for what the cluster is or lacks. */
  check?(scope: CheckScope): Promise<readonly Suspicion[]>;
  dispose(): Promise<void>;
}
