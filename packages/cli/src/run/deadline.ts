/** The end of a run: what comes first of Ctrl-C and `--timeout`. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly ms: number;
  /** Whether it was time, and not the user. */
  readonly passed: () => boolean;
}

export function startDeadline(interrupt: AbortSignal, ms: number): Deadline {
  const timer = AbortSignal.timeout(ms);
  return { signal: AbortSignal.any([interrupt, timer]), ms, passed: () => timer.aborted && !interrupt.aborted };
}
