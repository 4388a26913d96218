import type { Source } from '../../source.ts';
import type { BaseChain, Chain, Rule } from '../model.ts';

/** A chain whose rules are built when the first packet comes to it. */
export class LateChain implements Chain {
  readonly name: string;
  readonly base: BaseChain | undefined;
  readonly #tell: () => Source;
  readonly #build: () => readonly Rule[];
  #source: Source | undefined;
  #rules: readonly Rule[] | undefined;

  constructor(name: string, base: BaseChain | undefined, tell: () => Source, build: () => readonly Rule[]) {
    this.name = name;
    this.base = base;
    this.#tell = tell;
    this.#build = build;
  }

  get source(): Source {
    return (this.#source ??= this.#tell());
  }

  get rules(): readonly Rule[] {
    return (this.#rules ??= this.#build());
  }
}
