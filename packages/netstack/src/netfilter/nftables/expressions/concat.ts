import type { ExpressionReader } from '../expression.ts';
import { concatenated } from '../value.ts';

/** Several values side by side: the key of a set. */
export const concat: ExpressionReader = (content, scope, read) => {
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part) => read(part, scope)).filter((part) => part !== undefined);
  if (parts.length !== content.length || parts.length === 0) return undefined;
  return {
    types: parts.flatMap((part) => part.types),
    evaluate: (context) => concatenated(parts.map((part) => part.evaluate(context))),
  };
};
