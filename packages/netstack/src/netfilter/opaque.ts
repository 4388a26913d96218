import type { Source } from '../source.ts';
import type { Match, Rule, Target } from './model.ts';

/** A match of which only the text is known. */
export function opaqueMatch(name: string, construct: string): Match {
  return { name, test: () => ({ kind: 'unknown', construct }) };
}

/** A target of which only the text is known. */
export function opaqueTarget(name: string, construct: string): Target {
  return { name, apply: () => ({ kind: 'unknown', construct }) };
}

/** A rule of which nothing is understood: it may do anything, or nothing. */
export function opaqueRule(construct: string, source: Source, tracks = false): Rule {
  return { matches: [], target: opaqueTarget('?', construct), tracks, source };
}
