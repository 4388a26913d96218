import type { MatchContext } from '../model.ts';
import type { DataType } from './data-type.ts';
import type { Scope } from './scope.ts';
import type { Value } from './value.ts';

/** What is computed from a packet and what the kernel keeps beside it. */
export interface Expression {
  /** One, or several for a concatenation. */
  readonly types: readonly DataType[];
  readonly evaluate: (context: MatchContext) => Value;
}

/** Reads any expression inside of another; `undefined` where it is not understood. */
type ReadExpression = (json: unknown, scope: Scope) => Expression | undefined;

/** Reads the content of `{"NAME": content}`. `undefined` where a part is not understood; what needs it is then unknown. */
export type ExpressionReader = (content: unknown, scope: Scope, read: ReadExpression) => Expression | undefined;
