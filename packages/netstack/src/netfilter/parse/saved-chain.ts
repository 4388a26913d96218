import type { Source } from '../../source.ts';
import type { BaseChain, Chain, Rule } from '../model.ts';
import type { Lines } from './lines.ts';

/** A chain of an iptables-save, whose rules are built when the first packet comes to it. */
export class SavedChain implements Chain {
  readonly name: string;
  readonly base: BaseChain | undefined;
  private readonly lines: Lines;
  private readonly declared: number;
  /** Indexes of its lines, from and to, one pair after another: mostly there is one. */
  private readonly spans: number[] = [];
  private readonly before: Rule[] = [];
  private readonly behind: Rule[] = [];
  private built: readonly Rule[] | undefined;
  private build: (index: number) => Rule = () => {
    throw new RangeError(`chain ${this.name} is still being read`);
  };

  constructor(name: string, base: BaseChain | undefined, lines: Lines, declared: number) {
    this.name = name;
    this.base = base;
    this.lines = lines;
    this.declared = declared;
  }

  get source(): Source {
    return this.lines.at(this.declared);
  }

  get size(): number {
    let size = this.before.length + this.behind.length;
    for (let i = 0; i < this.spans.length; i += 2) size += (this.spans[i + 1] ?? 0) - (this.spans[i] ?? 0);
    return size;
  }

  get rules(): readonly Rule[] {
    if (this.built !== undefined) return this.built;
    const rules = [...this.before];
    for (const index of this.indexes()) rules.push(this.build(index));
    rules.push(...this.behind);
    return (this.built = rules);
  }

  /** Of its lines, in order. */
  *indexes(): Generator<number> {
    for (let i = 0; i < this.spans.length; i += 2)
      for (let index = this.spans[i] ?? 0; index < (this.spans[i + 1] ?? 0); index++) yield index;
  }

  addLine(index: number): void {
    const { spans } = this;
    if (spans.length > 0 && spans[spans.length - 1] === index) spans[spans.length - 1] = index + 1;
    else spans.push(index, index + 1);
  }

  /** A rule that stands in no line, in front of all others or behind them. */
  addRule(rule: Rule, where: 'before' | 'behind'): void {
    this[where].push(rule);
  }

  /** Everything is known now: how a line becomes a rule. */
  finish(build: (index: number) => Rule): void {
    this.build = build;
  }
}
