import type { Match, MatchContext, MatchResult } from './model.ts';

export type Test = Match['test'];

/** A result of its own for what the model can't tell. */
export function unknown(construct: string): MatchResult {
  return { kind: 'unknown', construct };
}

/** `!` in front of an option: what is unknown stays so, a chance is turned round. */
export function negate(result: MatchResult): MatchResult {
  if (typeof result === 'boolean') return !result;
  return result.kind === 'chance' ? { kind: 'chance', probability: 1 - result.probability } : result;
}

/** The result of a test, turned round where the option is negated. */
export function inverted(negated: boolean, test: Test): Test {
  return negated ? (context) => negate(test(context)) : test;
}

/** All must hold: one that certainly fails decides, whatever is unknown beside it. */
export function all(tests: readonly Test[]): Test {
  const only = tests[0];
  if (only !== undefined && tests.length === 1) return only;
  return (context: MatchContext) => {
    let open: MatchResult = true;
    for (const test of tests) {
      const result = test(context);
      if (result === false) return false;
      if (result !== true && (open === true || (typeof open === 'object' && open.kind === 'chance'))) open = result;
    }
    return open;
  };
}
