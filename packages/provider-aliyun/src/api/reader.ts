import { ACTIONS, type ActionName, type Product } from './actions.ts';
import { type Failure, ReadFailure } from './failure.ts';
import { gates } from './gate.ts';
import { type Answer, type PagedResult, allPages } from './pages.ts';
import { type Params, flatten, keyOf } from './params.ts';
import type { Request } from './request.ts';
import { PATIENT, type Patience, retried } from './retry.ts';

/** Reads of the cloud, live or from a snapshot; each once a run, whoever asks. */
export interface Reader {
  /** Rejects with {@link ReadFailure}, and with nothing else. */
  read(action: ActionName, region: string, params: Params): Promise<Answer>;
}

/** A read and what came of it: what a snapshot holds. */
export interface RecordedCall {
  readonly action: ActionName;
  readonly region: string;
  readonly params: Params;
  readonly result: PagedResult;
}

export interface LiveReader extends Reader {
  /** What was read until now, in one order whatever came first. */
  recorded(): Promise<readonly RecordedCall[]>;
}

/** Requests to one product at the same time. The API refuses what is too much, but need not be brought to it. */
const AT_ONCE = 4;

/** Asks the API, and after `signal` no more. */
export function liveReader(request: Request, signal: AbortSignal, patience: Patience = PATIENT): LiveReader {
  const calls = new Map<string, { readonly call: Omit<RecordedCall, 'result'>; readonly result: Promise<PagedResult> }>();
  const gate = gates<Product>(AT_ONCE);
  const ask = async (action: ActionName, region: string, params: Params): Promise<PagedResult> => {
    const fixed = flatten(params);
    try {
      return await allPages(action, (paging) =>
        retried(patience, signal, () =>
          gate(ACTIONS[action].product, () => untilOver(signal, request(action, region, { ...fixed, ...paging }))),
        ),
      );
    } catch (error) {
      return { kind: 'failure', failure: late(error) };
    }
  };
  return {
    async read(action, region, params) {
      const key = callKey(action, region, params);
      let known = calls.get(key);
      if (known === undefined) {
        known = { call: { action, region, params }, result: ask(action, region, params) };
        calls.set(key, known);
      }
      return answerOf(action, await known.result);
    },
    async recorded() {
      const sorted = [...calls].sort(([a], [b]) => (a < b ? -1 : 1));
      return Promise.all(sorted.map(async ([, { call, result }]) => ({ ...call, result: await result })));
    },
  };
}

export function callKey(action: ActionName, region: string, params: Params): string {
  return `${action} ${region} ${keyOf(params)}`;
}

export function answerOf(action: ActionName, result: PagedResult): Answer {
  if (result.kind === 'failure') throw new ReadFailure(action, result.failure);
  return result.answer;
}

function untilOver<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(new Error('the time was over'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

function late(error: unknown): Failure {
  return { kind: 'timeout', code: '', message: error instanceof Error ? error.message : String(error), requestId: '' };
}
