import { fieldsOf, onlyField, textOf } from '../../parse/json.ts';
import type { MatchResult } from '../../model.ts';
import type { Expression } from '../expression.ts';
import { readLookup } from '../lookup.ts';
import { type Pattern, fits, readFlags, readPatterns } from '../pattern.ts';
import { readExpression } from '../read-expression.ts';
import type { Scope } from '../scope.ts';
import type { StatementReader } from '../statement.ts';
import type { Scalar, Value } from '../value.ts';

/** Does a value hold? With a field unknown it may still be sure that it does not. */
interface Comparison {
  readonly holds: (fields: readonly Scalar[]) => boolean | 'unknown';
  readonly certain: (fields: readonly (Scalar | undefined)[]) => boolean | undefined;
  readonly only?: Scalar | undefined;
}

/** Compares an expression with constants, or looks it up in a set. What can't be evaluated does not hold, whatever the operator. */
export const match: StatementReader = (content, scope) => {
  const fields = fieldsOf(content);
  const left = readExpression(fields?.['left'], scope);
  const op = textOf(fields?.['op']);
  const comparison =
    left === undefined || op === undefined ? undefined : readComparison(op, fields?.['left'], left, fields?.['right'], scope);
  if (left === undefined || comparison === undefined) return undefined;
  const onlyTo = isDestination(fields?.['left']) && typeof comparison.only !== 'string' ? comparison.only : undefined;
  return {
    kind: 'condition',
    test: (context) => compare(left.evaluate(context), comparison),
    ...(onlyTo === undefined ? {} : { onlyTo }),
  };
};

function compare(value: Value, { holds, certain }: Comparison): MatchResult {
  switch (value.kind) {
    case 'none':
      return false;
    case 'unknown':
      return certain(value.fields) ?? { kind: 'unknown', construct: value.construct };
    case 'value': {
      const result = holds(value.fields);
      return result === 'unknown' ? { kind: 'unknown', construct: 'a set with elements that are not understood' } : result;
    }
    case 'one-of': {
      let fitting = 0;
      let total = 0;
      for (const { weight, fields } of value.options) {
        total += weight;
        if (holds(fields) === true) fitting += weight;
      }
      return fitting === 0 || fitting === total ? fitting > 0 : { kind: 'chance', probability: fitting / total };
    }
    default:
      return value satisfies never;
  }
}

function isDestination(left: unknown): boolean {
  const payload = fieldsOf(fieldsOf(left)?.['payload']);
  return payload?.['field'] === 'daddr' && (payload['protocol'] === 'ip' || payload['protocol'] === 'ip6');
}

const open = (): undefined => undefined;

function readComparison(op: string, leftJson: unknown, left: Expression, right: unknown, scope: Scope): Comparison | undefined {
  const isSet = textOf(right)?.startsWith('@') === true || fieldsOf(right)?.['set'] !== undefined;
  if (isSet) return membership(op, left, right, scope);
  const type = left.types[0];
  if (type === undefined) return undefined;
  switch (op) {
    case 'in':
    case '!': {
      // Any of the bits, or none of them.
      const bits = readFlags(right, type);
      if (typeof bits !== 'number' || left.types.length > 1) return undefined;
      return { holds: ([value]) => typeof value === 'number' && ((value & bits) !== 0) === (op === 'in'), certain: open };
    }
    case '==':
    case '!=': {
      // A whole status has bits that the model does not know.
      if (type.name === 'ct_status' && onlyField(leftJson)?.[0] === 'ct') return undefined;
      const patterns = readPatterns(right, left.types);
      if (patterns === undefined) return undefined;
      return equality(patterns, op === '==');
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const bound = readFlags(right, type);
      if (bound === undefined || left.types.length > 1) return undefined;
      const holds = ORDER[op];
      return { holds: ([value]) => value !== undefined && holds(value, bound), certain: open };
    }
    default:
      return undefined;
  }
}

const ORDER = {
  '<': (a: Scalar, b: Scalar) => a < b,
  '<=': (a: Scalar, b: Scalar) => a <= b,
  '>': (a: Scalar, b: Scalar) => a > b,
  '>=': (a: Scalar, b: Scalar) => a >= b,
} as const;

function equality(patterns: readonly Pattern[], wanted: boolean): Comparison {
  const only = patterns[0];
  return {
    holds: (fields) => patterns.every((pattern, i) => fitsField(pattern, fields[i])) === wanted,
    certain: (fields) => (patterns.some((pattern, i) => fields[i] !== undefined && !fitsField(pattern, fields[i])) ? !wanted : undefined),
    only: wanted && patterns.length === 1 && only?.kind === 'exact' ? only.value : undefined,
  };
}

function fitsField(pattern: Pattern, value: Scalar | undefined): boolean {
  return value !== undefined && fits(pattern, value);
}

function membership(op: string, left: Expression, right: unknown, scope: Scope): Comparison | undefined {
  const wanted = op === '==' || op === 'in';
  if (!wanted && op !== '!=' && op !== '!') return undefined;
  const collection = readLookup(right, left, scope);
  if (collection === undefined || collection.keys.length !== left.types.length) return undefined;
  const { elements } = collection;
  return {
    holds: (fields) => {
      const found = elements.find(fields);
      return found.kind === 'unknown' ? 'unknown' : (found.kind === 'element') === wanted;
    },
    certain: (fields) => {
      const candidates = elements.candidates(fields);
      return candidates.length === 1 && candidates[0]?.kind === 'miss' ? !wanted : undefined;
    },
  };
}
