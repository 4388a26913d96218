import type { Expression, ExpressionReader } from '../expression.ts';
import { readFlags } from '../pattern.ts';
import { type Scalar, type Value, concatenated, mapped } from '../value.ts';
import { valueOf } from '../value.ts';

type Operation = (a: bigint, b: bigint) => bigint;

function apply(operation: Operation, bits: number, a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'string' || typeof b === 'string') return a;
  const result = BigInt.asUintN(bits, operation(BigInt(a), BigInt(b)));
  return typeof a === 'bigint' ? result : Number(result);
}

/** The first operand is an expression; the others are constants of its type, or expressions as well. */
function bitwise(operation: Operation): ExpressionReader {
  return (content, scope, read) => {
    if (!Array.isArray(content)) return undefined;
    const [first, ...more] = content as readonly unknown[];
    const left = read(first, scope);
    const type = left?.types[0];
    if (left === undefined || type === undefined || left.types.length > 1 || more.length === 0) return undefined;
    const operands: Expression['evaluate'][] = [];
    for (const json of more) {
      const constant = readFlags(json, type);
      const operand = constant === undefined ? read(json, scope)?.evaluate : () => valueOf(constant);
      if (operand === undefined) return undefined;
      operands.push(operand);
    }
    const bits = type.bits === 0 ? 32 : Math.max(type.bits, 8);
    const join = (fields: readonly Scalar[]): readonly Scalar[] => [fields.reduce((a, b) => apply(operation, bits, a, b))];
    return {
      types: [type],
      evaluate: (context): Value =>
        mapped(concatenated([left, ...operands.map((evaluate) => ({ evaluate }))].map((one) => one.evaluate(context))), join),
    };
  };
}

export const and = bitwise((a, b) => a & b);
export const or = bitwise((a, b) => a | b);
export const xor = bitwise((a, b) => a ^ b);
export const shiftLeft = bitwise((a, b) => (b < 128n ? a << b : 0n));
export const shiftRight = bitwise((a, b) => (b < 128n ? a >> b : 0n));
