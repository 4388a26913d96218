import type { Target, TargetResult } from '../model.ts';

/** A target that is its own result: rulesets have a hundred thousand of them. */
class Jump implements Target {
  readonly kind: 'jump' | 'goto';
  readonly chain: string;

  constructor(kind: 'jump' | 'goto', chain: string) {
    this.kind = kind;
    this.chain = chain;
  }

  get name(): string {
    return this.kind === 'jump' ? 'JUMP' : 'GOTO';
  }

  apply(): TargetResult {
    return this;
  }
}

export function jumpTo(kind: 'jump' | 'goto', chain: string): Target {
  return new Jump(kind, chain);
}
