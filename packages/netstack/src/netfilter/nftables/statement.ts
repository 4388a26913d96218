import type { Ip } from '../../address/ip.ts';
import type { Match, Target, TargetResult } from '../model.ts';
import type { Scope } from './scope.ts';
import type { Value, Weighted } from './value.ts';

/** One statement of a rule; they run from left to right. */
export type Statement =
  /** Leaves the packet and the walk as they are. */
  | { readonly kind: 'inert' }
  /** Holds, or ends the rule. `onlyTo`: the one destination that it can hold for. */
  | { readonly kind: 'condition'; readonly test: Match['test']; readonly onlyTo?: Ip }
  | { readonly kind: 'action'; readonly apply: Target['apply'] };

/** Reads the content of `{"NAME": content}`; `undefined` where it is not understood, the statement is then unknown. */
export type StatementReader = (content: unknown, scope: Scope) => Statement | undefined;

export const INERT: Statement = { kind: 'inert' };

/** What an action comes to, for a value that may be unknown or one of several. Equal results are one way, not several. */
export function actOn(value: Value, act: (fields: Weighted['fields']) => TargetResult): TargetResult {
  switch (value.kind) {
    case 'none':
      return { kind: 'break' };
    case 'unknown':
      return { kind: 'unknown', construct: value.construct };
    case 'value':
      return act(value.fields);
    case 'one-of':
      return { kind: 'choose', options: value.options.map(({ weight, fields }) => ({ weight, result: act(fields) })) };
    default:
      return value satisfies never;
  }
}
