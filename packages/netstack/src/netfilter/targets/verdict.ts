import type { TargetResult } from '../model.ts';
import type { TargetReader } from '../parse/option.ts';

function verdict(kind: 'accept' | 'drop' | 'return'): TargetReader {
  const result: TargetResult = { kind };
  return { options: {}, read: () => () => result };
}

export const accept = verdict('accept');
export const drop = verdict('drop');
export const returns = verdict('return');
