import type { MatchResult } from '../../model.ts';
import { all } from '../../logic.ts';
import { fieldsOf, onlyField } from '../../parse/json.ts';
import { readExpression } from '../read-expression.ts';
import type { StatementReader } from '../statement.ts';
import { ctCount, limit, quota } from './limit.ts';

const WITHIN: ReadonlyMap<string, StatementReader> = new Map([
  ['limit', limit],
  ['quota', quota],
  ['ct count', ctCount],
]);

/**
 * Adds to a set, as the first packet sees it: the element is made, a limit in it is fresh. What is added here is not found by a later
 * rule of the same walk. A full set ends the rule; how full it is, the kernel alone knows.
 */
export const set: StatementReader = (content, scope) => {
  const fields = fieldsOf(content);
  const element = fieldsOf(fieldsOf(fields?.['elem'])?.['elem'])?.['val'] ?? fields?.['elem'];
  const key = readExpression(element, scope);
  const statements = fields?.['stmt'] ?? [];
  if (key === undefined || !Array.isArray(statements)) return undefined;
  const tests = [];
  for (const statement of statements as readonly unknown[]) {
    const [name, inner] = onlyField(statement) ?? ['', undefined];
    if (name === 'counter' || name === 'last') continue;
    const read = WITHIN.get(name)?.(inner, scope);
    if (read?.kind !== 'condition') return undefined;
    tests.push(read.test);
  }
  const inner = tests.length === 0 ? (): MatchResult => true : all(tests);
  return { kind: 'condition', test: (context) => (key.evaluate(context).kind === 'none' ? false : inner(context)) };
};
