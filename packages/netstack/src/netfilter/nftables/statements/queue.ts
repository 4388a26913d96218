import { shown } from '../read-expression.ts';
import type { StatementReader } from '../statement.ts';

/** A program decides; without one that listens the packet is dropped, or goes on where `bypass` is given. It may change it as well. */
export const queue: StatementReader = (content) => {
  const construct = shown({ queue: content });
  return { kind: 'action', apply: () => ({ kind: 'unknown', construct, ways: ['accept', 'drop'] }) };
};
