import type { Source } from '@skoop/netstack';

/** What the sentence of a suspicion is made of. */
export interface Facts {
  /** `pod default/web-1`, `node node1`. */
  readonly at: string;
  /** Values by name; one that was not told is ''. */
  readonly of: (name: string) => string;
  /** What stands in the last line of evidence, '' without any. */
  readonly text: string;
  readonly evidence: readonly Source[];
}

/** How one code is put into words. */
export interface CodeEntry {
  /** One sentence: what is wrong, on which object. */
  readonly message: (facts: Facts) => string;
  /** What to do, with a command; '' for a mere fact. */
  readonly remedy: (facts: Facts) => string;
}
