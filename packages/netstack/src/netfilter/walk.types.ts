import type { Source } from '../source.ts';
import type { Packet } from '../packet/packet.ts';
import type { NatRequest, RejectWith, Zone } from './model.ts';

/**
 * Decides where the kernel's tables leave it open. The walk is run once for every answer, so it reads as straight as the kernel's own.
 */
export interface Chooser {
  /** Did the event of that probability (0 to 1, exclusive) happen? Both ways are walked. */
  readonly chance: (probability: number) => boolean;
  /** One of several next hops and the like, by weight. */
  readonly pick: <T>(options: readonly T[], weight: (option: T) => number) => T;
  /** A construct that is not modelled: every option is walked, and the answer is *unknown* unless all end alike. */
  readonly unknown: <T>(construct: string, sources: readonly Source[], options: readonly T[]) => T;
}

/** What one base chain did. A jump never leaves it. */
export interface ChainResult {
  readonly verdict: ChainVerdict;
  /** With what the rules changed. */
  readonly packet: Packet;
  readonly connectionMark: number | undefined;
  readonly notrack: boolean;
  readonly zone: Zone | undefined;
  /** The rules that matched and acted, in order; a policy that decided stands last. */
  readonly evidence: readonly Source[];
}

export type ChainVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly by: 'rule' | 'policy' }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'nat'; readonly request: NatRequest }
  /** A target that is not modelled may have changed the packet. */
  | { readonly kind: 'unknown'; readonly construct: string };
