import type { Target } from '../model.ts';

export function jumpTo(kind: 'jump' | 'goto', chain: string): Target {
  return { name: kind === 'jump' ? 'JUMP' : 'GOTO', apply: () => ({ kind, chain }) };
}
