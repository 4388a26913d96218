import { LEVELS, type Level, type Suspicion } from '../contracts/suspicion.ts';
import type { ClusterFacts, Collected, UsedPlugin } from './diagnosis.ts';

/** What a check found: what `skoop check -o json` prints, and what its table is made of. Plain data; JSON Schema: `schema/check.schema.json`. */
export interface CheckReport {
  readonly apiVersion: 'skoop.io/v1alpha1';
  readonly kind: 'Check';
  readonly skoop: { readonly version: string; readonly plugins: readonly UsedPlugin[] };
  readonly cluster: ClusterFacts;
  /** How much was looked at: nodes that gave a dump, and pods on them that have a network of their own. */
  readonly checked: { readonly nodes: number; readonly pods: number };
  /** Worst first. */
  readonly suspicions: readonly (Suspicion & { readonly cause: boolean })[];
  readonly collected: Collected;
}

/** What a check could not look at is told by these, and is no problem of the cluster's. */
const UNSEEN = /^COLLECT_/;

/** 1 a suspicion at or above `failOn`, whatever else is unknown; 3 something could not be looked at; 0 all was, and nothing found. */
export function checkExitStatus(
  { suspicions, collected }: Pick<CheckReport, 'suspicions' | 'collected'>,
  failOn: Level = 'WARNING',
): 0 | 1 | 3 {
  const unseen = suspicions.filter(({ code }) => UNSEEN.test(code));
  const found = suspicions.filter(({ code, level }) => !UNSEEN.test(code) && LEVELS.indexOf(level) >= LEVELS.indexOf(failOn));
  if (found.length > 0) return 1;
  return unseen.length > 0 || collected.missing.length > 0 ? 3 : 0;
}
