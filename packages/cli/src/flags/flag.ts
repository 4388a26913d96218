import type { FlagSpec } from '@skoop/core';

/** A flag of a command of ours: what a plugin may declare, and what only we need. */
export interface Flag extends FlagSpec {
  /** One letter: `-s`. */
  readonly char?: string;
  /** Other names that mean the same, without dashes. */
  readonly aliases?: readonly string[];
  /** What stands for the value in help: `FILE`. */
  readonly placeholder?: string;
  /** Heading in `--help`; none: the command's own flags. */
  readonly heading?: string;
}

/** Gives all of them one heading. */
export function under(heading: string, flags: readonly Flag[]): readonly Flag[] {
  return flags.map((flag) => ({ ...flag, heading }));
}
