import type { Ip } from '../address/ip.ts';
import type { BaseChain } from '../netfilter/model.ts';
import type { RuleVisit } from '../netfilter/walk.types.ts';
import type { Packet, Tuple } from '../packet/packet.ts';
import type { Source } from '../source.ts';
import type { Finding } from './finding.ts';

interface StepBase {
  /** What it was decided by: lines of a dump, in the order in which they were met. Empty where the kernel itself decides. */
  readonly evidence: readonly Source[];
}

/** One thing that one namespace does with a packet. */
export type Step =
  | (StepBase & { readonly kind: 'receive'; readonly device: string })
  | (StepBase & { readonly kind: 'bridge'; readonly bridge: string; readonly from: string; readonly to: string })
  | (StepBase & {
      readonly kind: 'route';
      readonly table: string;
      readonly type: string;
      readonly device: string;
      readonly via: Ip | undefined;
      readonly source: Ip | undefined;
    })
  /** One base chain's walk: the rules that matched and acted. `visits`, and the mark behind them, where the request asks for them. */
  | (StepBase & {
      readonly kind: 'netfilter';
      readonly hook: BaseChain['hook'];
      readonly backend: string;
      readonly family: string;
      readonly table: string;
      readonly chain: string;
      readonly verdict: 'accept' | 'drop' | 'reject' | 'unknown';
      readonly visits?: readonly RuleVisit[] | undefined;
      readonly mark?: number | undefined;
    })
  /** It belongs to a connection that was there before: its entry is the evidence. */
  | (StepBase & { readonly kind: 'connection'; readonly state: string })
  | (StepBase & {
      readonly kind: 'nat';
      readonly manip: 'source' | 'destination';
      readonly before: Tuple;
      readonly after: Tuple;
      /** A source port that is taken at random: it is one of these. */
      readonly among?: { readonly from: number; readonly to: number } | undefined;
      readonly restored: boolean;
    })
  | (StepBase & {
      readonly kind: 'encapsulate' | 'decapsulate';
      readonly device: string;
      /** A kernel's own kind, or the name of a plugin's model. */
      readonly tunnel: string;
      readonly outer: Packet;
      readonly inner: Packet;
    })
  | (StepBase & { readonly kind: 'neighbour'; readonly device: string; readonly ip: Ip; readonly mac: string | undefined })
  | (StepBase & { readonly kind: 'transmit'; readonly device: string })
  | (StepBase & { readonly kind: 'deliver'; readonly socket: boolean })
  | (StepBase & { readonly kind: 'drop' | 'reject' | 'unknown'; readonly finding: Finding });

/** What one namespace did with the packet, from its arrival (or its making) to its leaving (or its end). */
export interface Hop {
  readonly host: string;
  readonly namespace: string;
  /** `send`: a local process made it. `serve`: a local socket got it. */
  readonly action: 'send' | 'forward' | 'serve' | 'drop' | 'reject' | 'unknown';
  readonly in: { readonly device: string; readonly packet: Packet } | undefined;
  readonly out: { readonly device: string; readonly packet: Packet } | undefined;
  readonly steps: readonly Step[];
}
