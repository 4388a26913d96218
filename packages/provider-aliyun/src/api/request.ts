import type { ActionName } from './actions.ts';
import type { Failure } from './failure.ts';
import type { Raw } from './raw.ts';

/** One call over the wire, not tried again. */
export type RequestResult = { readonly kind: 'answer'; readonly body: Raw } | { readonly kind: 'failure'; readonly failure: Failure };

export type Request = (action: ActionName, region: string, parameters: Readonly<Record<string, string>>) => Promise<RequestResult>;
