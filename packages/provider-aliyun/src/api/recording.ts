import { ACTIONS, type ActionName } from './actions.ts';
import { type Failure, type FailureKind, ReadFailure } from './failure.ts';
import type { Answer, PagedResult } from './pages.ts';
import type { Params } from './params.ts';
import { type Raw, isRaw, list, text } from './raw.ts';
import { type Reader, type RecordedCall, answerOf, callKey } from './reader.ts';
import { cutRaw } from './shape.ts';

/** The name of the file under `clouds/aliyun/`. */
export const PART = 'calls';

const FORMAT = 1;

export function toRecording(calls: readonly RecordedCall[]): unknown {
  return { format: FORMAT, calls };
}

/** Reads of a snapshot. What it does not hold fails as `not-recorded`; what of it is broken is as if it were not there. */
export function recordedReader(recording: unknown): Reader {
  const answers = new Map<string, PagedResult>();
  const calls = isRaw(recording) && recording['format'] === FORMAT && Array.isArray(recording['calls']) ? recording['calls'] : [];
  for (const call of calls as readonly unknown[]) {
    const read = isRaw(call) ? readCall(call) : undefined;
    if (read !== undefined) answers.set(callKey(read.action, read.region, read.params), read.result);
  }
  return {
    read(action, region, params) {
      const result = answers.get(callKey(action, region, params));
      return result === undefined
        ? Promise.reject(
            new ReadFailure(action, { kind: 'not-recorded', code: '', message: 'the snapshot does not hold it', requestId: '' }),
          )
        : Promise.resolve().then(() => answerOf(action, result));
    },
  };
}

function readCall(raw: Raw): RecordedCall | undefined {
  const { action, params, result } = raw;
  if (typeof action !== 'string' || !Object.hasOwn(ACTIONS, action) || !isRaw(params) || !isRaw(result)) return undefined;
  const name = action as ActionName;
  const outcome = readResult(name, result);
  return outcome === undefined ? undefined : { action: name, region: text(raw, 'region'), params: readParams(params), result: outcome };
}

function readParams(raw: Raw): Params {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]): (readonly [string, string | number | readonly string[]])[] => {
      if (typeof value === 'string' || typeof value === 'number') return [[name, value]];
      return Array.isArray(value) ? [[name, value.map(String)]] : [];
    }),
  );
}

function readResult(action: ActionName, raw: Raw): PagedResult | undefined {
  if (raw['kind'] === 'failure') {
    const failure = raw['failure'];
    return isRaw(failure) ? { kind: 'failure', failure: readFailure(failure) } : undefined;
  }
  const answer = raw['answer'];
  if (raw['kind'] !== 'answer' || !isRaw(answer) || !Array.isArray(answer['items'])) return undefined;
  const { head, fields } = ACTIONS[action];
  const read: Answer = {
    head: cutRaw(isRaw(answer['head']) ? answer['head'] : {}, head),
    items: list(answer, 'items').map((item) => cutRaw(item, fields)),
  };
  return { kind: 'answer', answer: read };
}

const KINDS: readonly FailureKind[] = ['forbidden', 'credentials', 'throttled', 'not-found', 'timeout', 'unreachable', 'refused'];

function readFailure(raw: Raw): Failure {
  return {
    kind: KINDS.find((kind) => kind === raw['kind']) ?? 'not-recorded',
    code: text(raw, 'code'),
    message: text(raw, 'message'),
    requestId: text(raw, 'requestId'),
  };
}
