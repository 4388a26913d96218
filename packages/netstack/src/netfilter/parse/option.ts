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
  readonly options: Arity;
  /** Does a rule with this match turn connection tracking on? Default no. */
  readonly tracks?: boolean;
  /** `undefined` where a value is not understood; the match is then unknown. */
  readonly read: (options: Options, family: Family) => Match['test'] | undefined;
}

/** Reads the options of one target. */
export interface TargetReader {
  readonly options: Arity;
  /** Does a rule with this target turn connection tracking on? Default no. */
  readonly tracks?: boolean | ((options: Options) => boolean);
  /** `undefined` where a value is not understood; the target is then unknown. */
  readonly read: (options: Options, family: Family) => Target['apply'] | undefined;
}

/** The options of one match or target, each at most once. */
export class Options {
  readonly #byName: ReadonlyMap<string, Option>;

  constructor(options: readonly Option[]) {
    this.#byName = new Map(options.map((option) => [option.name, option]));
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  get(name: string): Option | undefined {
    return this.#byName.get(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** First value of an option. */
  value(name: string): string | undefined {
    return this.#byName.get(name)?.values[0];
  }

  /** Is one of them preceded by `!`? */
  get anyNegated(): boolean {
    return [...this.#byName.values()].some((option) => option.negated);
  }
}
