import type { Family } from '../../address/ip.ts';
import type { Match, Target } from '../model.ts';

/** One option of a match or target, `! --dport 80`. */
export interface Option {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/** How many values each option takes. */
export type Arity = Readonly<Record<string, number>>;

/** Reads the options of one match. */
export interface MatchReader {
  /** The only IP version that has it. */
  readonly family?: Family;
  readonly options: Arity;
  /** Does a rule with this match turn connection tracking on? Default no. */
  readonly tracks?: boolean;
  /** `undefined` where a value is not understood; the match is then unknown. */
  readonly read: (options: Options, family: Family) => Match['test'] | undefined;
}

/** Reads the options of one target. */
export interface TargetReader {
  /** The only IP version that has it. */
  readonly family?: Family;
  readonly options: Arity;
  /** Does a rule with this target turn connection tracking on? Default no. */
  readonly tracks?: boolean | ((options: Options) => boolean);
  /** Names of the sets of ipset that it adds to or removes from. */
  readonly changesSets?: (options: Options) => readonly string[];
  /** `undefined` where a value is not understood; the target is then unknown. */
  readonly read: (options: Options, family: Family) => Target['apply'] | undefined;
}

/** The options of one match or target, each at most once. They are few: a list is as fast as a table and a tenth of its size. */
export class Options {
  readonly #all: readonly Option[];

  constructor(options: readonly Option[]) {
    this.#all = options;
  }

  get names(): readonly string[] {
    return this.#all.map((option) => option.name);
  }

  get(name: string): Option | undefined {
    return this.#all.find((option) => option.name === name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** First value of an option. */
  value(name: string): string | undefined {
    return this.get(name)?.values[0];
  }

  /** Is one of them preceded by `!`? */
  get anyNegated(): boolean {
    return this.#all.some((option) => option.negated);
  }
}
