import type { Evidence } from './evidence.ts';
import type { NetNodeRef } from './net-node.ts';

/**
 * How bad a suspicion is for the conversation asked about.
 *
 * INFO: a fact, an assumption. WARNING: threatens other packets. CRITICAL: hurts this conversation later, or on some of its paths.
 * FATAL: no packet of it gets through.
 */
export type Level = 'INFO' | 'WARNING' | 'CRITICAL' | 'FATAL';

/** From harmless to bad. */
export const LEVELS: readonly Level[] = ['INFO', 'WARNING', 'CRITICAL', 'FATAL'];

/** A fact that explains a verdict or threatens the next packet. */
export interface Suspicion {
  /** `AREA_WHAT`, upper case, never reused; each has a page that `skoop explain` prints. A third party's area is its plugin's name. */
  readonly code: string;
  readonly level: Level;
  /** The node or pod whose kernel decides, or the cloud resource which. Services and policies stand in the evidence. */
  readonly on: NetNodeRef;
  /** One sentence: what is wrong, on which object. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** What to do about it; a command where there is one. Empty for a mere fact. */
  readonly remedy: string;
  /** Without it the verdict would be another. Set by core for what the model found; a plugin may leave it out. */
  readonly cause?: boolean;
}
