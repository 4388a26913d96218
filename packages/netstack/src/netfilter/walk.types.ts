import type { Source } from '../source.ts';
import type { Packet } from '../packet/packet.ts';
import type { BaseChain, NatRequest, RejectWith, Zone } from './model.ts';

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
  /** Set where it was asked for. */
  readonly visits?: readonly RuleVisit[] | undefined;
}

/**
 * What a packet met in a chain, as the kernel's own trace tells it (`nft monitor trace`): every rule that fitted, those included that only
 * count, and the policy where no rule decided.
 */
export type RuleVisit =
  | {
      readonly kind: 'rule';
      readonly source: Source;
      readonly verdict: 'continue' | 'accept' | 'drop' | 'return' | 'jump' | 'goto' | 'unknown';
      /** Jump and goto: where to. */
      readonly to?: string;
      /** Nobody can tell whether it fitted; it does nothing, so nobody asked. */
      readonly perhaps?: true;
    }
  | { readonly kind: 'policy'; readonly verdict: BaseChain['policy'] };

export type ChainVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly by: 'rule' | 'policy' }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'nat'; readonly request: NatRequest }
  /** A target that is not modelled may have changed the packet. */
  | { readonly kind: 'unknown'; readonly construct: string };
