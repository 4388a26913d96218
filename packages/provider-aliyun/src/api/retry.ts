import type { Failure } from './failure.ts';
import type { RequestResult } from './request.ts';

/** How long to wait before the next try, and how often to try. */
export interface Patience {
  readonly tries: number;
  /** Waits; rejects where the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Between 0 and 1: spreads the tries of those that were refused together. */
  spread(): number;
}

export const PATIENT: Patience = { tries: 5, wait: pause, spread: Math.random };

const FIRST_WAIT = 500;
const TRANSIENT: ReadonlySet<Failure['kind']> = new Set(['throttled', 'timeout', 'unreachable']);

/** Tries again what may go better: throttling, a busy service, a connection that broke. Waits twice as long each time. */
export async function retried(patience: Patience, signal: AbortSignal, call: () => Promise<RequestResult>): Promise<RequestResult> {
  for (let tries = 1; ; tries++) {
    const result = await call();
    if (result.kind === 'answer' || !TRANSIENT.has(result.failure.kind) || tries >= patience.tries || signal.aborted) return result;
    await patience.wait(FIRST_WAIT * 2 ** (tries - 1) * (0.5 + patience.spread()), signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('the time was over'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
