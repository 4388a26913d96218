import type { Chooser } from '../netfilter/walk.types.ts';
import type { Source } from '../source.ts';

/** One answer at a point where the kernel's tables leave it open. */
type Choice =
  | { readonly kind: 'chance'; readonly probabilities: readonly number[]; readonly taken: number }
  | {
      readonly kind: 'unknown';
      readonly construct: string;
      readonly sources: readonly Source[];
      readonly options: number;
      readonly taken: number;
    };

/** All ways that a walk can take: what it came to, and what it was decided by. */
export type Ways<T> =
  | { readonly kind: 'end'; readonly value: T }
  | { readonly kind: 'chance'; readonly branches: readonly { readonly probability: number; readonly ways: Ways<T> }[] }
  | { readonly kind: 'unknown'; readonly construct: string; readonly sources: readonly Source[]; readonly branches: readonly Ways<T>[] }
  | { readonly kind: 'cut' };

/**
 * Runs a walk once for every combination of answers, at most `limit` times; what is left over is cut, all branches of a fork as one.
 *
 * The walk itself is straight-line code that asks the chooser; it is run again from the start with another answer, depth first.
 * It must be deterministic but for the chooser.
 */
export function explore<T>(walk: (chooser: Chooser) => T, limit: number): Ways<T> {
  const runs: { readonly choices: readonly Choice[]; readonly value: T }[] = [];
  let script: number[] | undefined = [];
  while (script !== undefined && runs.length < limit) {
    const choices: Choice[] = [];
    const value = walk(follow(script, choices));
    runs.push({ choices, value });
    script = next(choices);
  }
  return assemble(runs, 0);
}

/** A chooser that gives the answers of a script, and the first option after its end. */
function follow(script: readonly number[], choices: Choice[]): Chooser {
  const take = (): number => script[choices.length] ?? 0;
  return {
    chance: (probability) => {
      if (probability <= 0 || probability >= 1) return probability >= 1;
      const taken = take();
      choices.push({ kind: 'chance', probabilities: [probability, 1 - probability], taken });
      return taken === 0;
    },
    pick: (options, weight) => {
      const total = options.reduce((sum, option) => sum + weight(option), 0);
      const taken = take();
      choices.push({ kind: 'chance', probabilities: options.map((option) => weight(option) / total), taken });
      return options[taken] as (typeof options)[number];
    },
    unknown: (construct, sources, options) => {
      const taken = take();
      choices.push({ kind: 'unknown', construct, sources, options: options.length, taken });
      return options[taken] as (typeof options)[number];
    },
  };
}

function width(choice: Choice): number {
  return choice.kind === 'chance' ? choice.probabilities.length : choice.options;
}

/** The next script in depth-first order; `undefined` after the last. */
function next(choices: readonly Choice[]): number[] | undefined {
  for (let depth = choices.length - 1; depth >= 0; depth--) {
    const choice = choices[depth] as Choice;
    if (choice.taken + 1 < width(choice)) return [...choices.slice(0, depth).map((earlier) => earlier.taken), choice.taken + 1];
  }
  return undefined;
}

/** Runs that share their choices up to `depth`, as a tree. */
function assemble<T>(runs: readonly { readonly choices: readonly Choice[]; readonly value: T }[], depth: number): Ways<T> {
  const first = runs[0];
  if (first === undefined) return { kind: 'cut' };
  const choice = first.choices[depth];
  if (choice === undefined) return { kind: 'end', value: first.value };
  const walked = [...new Set(runs.map((run) => run.choices[depth]?.taken ?? 0))];
  const branch = (option: number): Ways<T> =>
    assemble(
      runs.filter((run) => run.choices[depth]?.taken === option),
      depth + 1,
    );
  if (choice.kind === 'unknown') {
    const { construct, sources, options } = choice;
    const branches = walked.map(branch);
    return { kind: 'unknown', construct, sources, branches: walked.length < options ? [...branches, { kind: 'cut' }] : branches };
  }
  const { probabilities } = choice;
  const branches = walked.map((option) => ({ probability: probabilities[option] ?? 0, ways: branch(option) }));
  if (walked.length === probabilities.length) return { kind: 'chance', branches };
  const left = 1 - branches.reduce((sum, { probability }) => sum + probability, 0);
  return { kind: 'chance', branches: [...branches, { probability: left, ways: { kind: 'cut' } }] };
}
