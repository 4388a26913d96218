/** Ctrl-C, or a signal that asks to end. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening: the next signal ends the process as it would without us. */
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal aborts `signal`, so that what was made in the cluster is removed; the second calls `onSecond`, which ends the process. */
export function watchInterrupts(onFirst: () => void, onSecond: () => void): Interrupt {
  const controller = new AbortController();
  const handle = (): void => {
    if (controller.signal.aborted) return onSecond();
    onFirst();
    controller.abort(new InterruptedError());
  };
  for (const name of SIGNALS) process.on(name, handle);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}

/** The reason of an abort by the user. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  constructor() {
    super('interrupted');
  }
}
