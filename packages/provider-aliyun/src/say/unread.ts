import type { Suspicion } from '@skoop/core';
import { ramAction } from '../api/actions.ts';
import type { ReadFailure } from '../api/failure.ts';

/** Something that could not be read, and what to do about it. */
export function unread({ action, failure }: ReadFailure): Suspicion {
  const name = ramAction(action);
  const asked = failure.requestId === '' ? '' : ` (request ${failure.requestId})`;
  const said = [failure.code, failure.message].filter((part) => part !== '').join(': ');
  const on = { type: 'aliyun-api', id: name };
  const evidence = [{ object: { kind: 'AliyunCall', name }, path: '/Code', value: failure.code || failure.kind }];
  switch (failure.kind) {
    case 'forbidden':
      return {
        code: 'ALIYUN_FORBIDDEN',
        level: 'WARNING',
        on,
        message: `The right ${name} is missing, so what depends on it is unknown: ${said}${asked}`,
        evidence,
        remedy: `Allow ${name} in the RAM policy of these credentials (the whole list is in the README of @skoop/provider-aliyun).`,
      };
    case 'credentials':
      return {
        code: 'ALIYUN_CREDENTIALS',
        level: 'WARNING',
        // Whatever is asked first: it is one and the same trouble.
        on: { type: 'aliyun-api', id: 'credentials' },
        message: `Alibaba Cloud could not be asked: ${said}`,
        evidence: [],
        remedy:
          'Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or a profile of the CLI (aliyun configure); `aliyun sts GetCallerIdentity` tells whose they are.',
      };
    case 'throttled':
    case 'timeout':
    case 'unreachable':
    case 'refused':
    case 'not-found':
      return {
        code: 'ALIYUN_UNREADABLE',
        level: 'WARNING',
        on,
        message: `${name} gave no answer: ${said}${asked}`,
        evidence,
        remedy: remedyOf(failure.kind),
      };
    case 'not-recorded':
      return {
        code: 'ALIYUN_NOT_RECORDED',
        level: 'WARNING',
        on,
        message: `The snapshot does not hold what ${name} would say`,
        evidence: [],
        remedy: 'Make the snapshot again with these versions of skoop and of its plugins, or ask the live cluster.',
      };
    default:
      return failure.kind satisfies never;
  }
}

function remedyOf(kind: 'throttled' | 'timeout' | 'unreachable' | 'refused' | 'not-found'): string {
  switch (kind) {
    case 'throttled':
      return 'The API was asked too often, perhaps by others of the same account: ask again in a minute.';
    case 'timeout':
      return 'Ask again with a larger --timeout.';
    case 'unreachable':
      return 'See whether this machine reaches the API: --aliyun-endpoint {product}-vpc.{region}.aliyuncs.com stays inside of a VPC.';
    case 'refused':
      return 'Look the code up at https://api.aliyun.com/troubleshoot.';
    case 'not-found':
      return 'See whether it was removed a moment ago, and whether these credentials are those of its account.';
    default:
      return kind satisfies never;
  }
}
