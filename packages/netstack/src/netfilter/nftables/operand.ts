import type { DataType } from './data-type.ts';
import type { Expression } from './expression.ts';
import { readFlags } from './pattern.ts';
import { readExpression } from './read-expression.ts';
import type { Scope } from './scope.ts';
import { valueOf } from './value.ts';

/** A constant of a type, or an expression. */
export function readOperand(json: unknown, type: DataType, scope: Scope): Expression['evaluate'] | undefined {
  const constant = readFlags(json, type);
  if (constant === undefined) return readExpression(json, scope)?.evaluate;
  const value = valueOf(constant);
  return () => value;
}
