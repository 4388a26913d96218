import type { StatementReader } from '../statement.ts';
import { readVerdict } from '../verdict.ts';

function verdict(name: string): StatementReader {
  return (content) => {
    const result = readVerdict(name, content);
    return result === undefined ? undefined : { kind: 'action', apply: () => result };
  };
}

export const accept = verdict('accept');
export const drop = verdict('drop');
export const returns = verdict('return');
export const jump = verdict('jump');
export const goTo = verdict('goto');
