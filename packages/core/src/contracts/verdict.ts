/**
 * What becomes of the conversation's first packet, and of the answer to it.
 *
 * - *delivered*: a socket gets it and the reply gets back; for an end outside of the model the last wire stands.
 * - *rejected*: the sender gets an error, whoever makes it.
 * - *dropped*: silence.
 * - *unknown*: a construct that is not modelled, or something not collected, stands where it could matter.
 */
export type Verdict = 'delivered' | 'dropped' | 'rejected' | 'unknown';

/** Worst first: what a conversation with several paths is called by. */
const WORST_FIRST: readonly Verdict[] = ['dropped', 'rejected', 'unknown', 'delivered'];

/** The worst of them; *unknown* of nothing. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';
}
