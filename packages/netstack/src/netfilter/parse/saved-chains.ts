import type { BaseChain, Chain, Rule } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { bytesOf } from './bytes.ts';
import { LateChain } from './late-chain.ts';
import type { Lines } from './lines.ts';
import { Numbers } from './numbers.ts';
import type { ChainNames } from './quick-rule.ts';
import { Stretches } from './stretches.ts';

/**
 * The chains of one table of an iptables-save, numbered from 0 as they are declared. All that is kept of one is where it stands; it is
 * made when the first packet comes to it.
 */
export class SavedChains implements ReadonlyMap<string, Chain>, ChainNames {
  readonly #lines: Lines;
  readonly #names: Stretches;
  /** By chain: the line that declares it. */
  readonly #declared = new Numbers();
  /** By chain: the first and the last line of its rules, counted from 1; 0 where it has none. */
  readonly #first = new Numbers();
  readonly #last = new Numbers();
  /** By line: the next one of its chain, counted from 1. */
  readonly #next: Uint32Array;
  readonly #bases = new Map<number, BaseChain>();
  /** By chain: rules that stand in no line, in front of all others. */
  readonly #doubts = new Map<number, Rule>();
  /** Lines that name no chain. */
  readonly #anywhere: number[] = [];
  /** Chains from this one on lack their end. */
  #cut: { readonly from: number; readonly why: string } | undefined;
  readonly #texts: string[] = [];
  readonly #made = new Map<string, Chain>();
  #build: (line: number) => Rule = () => {
    throw new RangeError('the chains are still being read');
  };

  /** `next`: room for a number a line of the file; its tables share it. */
  constructor(lines: Lines, next: Uint32Array) {
    this.#lines = lines;
    this.#names = new Stretches(lines.bytes);
    this.#next = next;
  }

  /** The number of the chain whose name stands there; -1 where there is none. */
  find(from: number, to: number): number {
    return this.#names.find(this.#lines.bytes, from, to);
  }

  hasAt(from: number, to: number, hash: number): boolean {
    return this.#names.find(this.#lines.bytes, from, to, hash) >= 0;
  }

  nameAt(from: number, to: number): string {
    return this.#nameOf(this.find(from, to));
  }

  /** Does that chain's name stand there, before a blank? */
  isAt(chain: number, at: number): boolean {
    return this.#names.isWordAt(chain, at);
  }

  /** A chain that is not known yet; its name stands there. */
  declare(from: number, to: number, line: number, base: BaseChain | undefined): number {
    const chain = this.#names.add(from, to);
    this.#declared.push(line);
    this.#first.push(0);
    this.#last.push(0);
    if (base !== undefined) this.#bases.set(chain, base);
    return chain;
  }

  /** The chain may begin with a rule that could not be read. */
  doubt(chain: number, rule: Rule): void {
    this.#doubts.set(chain, rule);
  }

  addLine(chain: number, line: number): void {
    const last = this.#last.get(chain);
    if (last === 0) this.#first.set(chain, line + 1);
    else this.#next[last - 1] = line + 1;
    this.#last.set(chain, line + 1);
  }

  /** A line that names no chain may be a rule of any that the kernel calls. */
  addAnywhere(line: number): void {
    this.#anywhere.push(line);
  }

  /** Rules are printed chain by chain: what follows `last` is not there, nor is its own end. */
  cutOff(last: number, why: string): void {
    this.#cut = { from: last, why };
  }

  /** Everything is known now: how a line becomes a rule. */
  finish(build: (line: number) => Rule): void {
    this.#build = build;
  }

  /** Those that the kernel calls. */
  called(): readonly Chain[] {
    return [...this.#bases.keys()].map((chain) => this.#at(chain));
  }

  get size(): number {
    return this.#names.count;
  }

  has(name: string): boolean {
    return this.numberOf(name) >= 0;
  }

  get(name: string): Chain | undefined {
    const made = this.#made.get(name);
    if (made !== undefined) return made;
    const chain = this.numberOf(name);
    return chain < 0 ? undefined : this.#at(chain);
  }

  numberOf(name: string): number {
    const bytes = bytesOf(name);
    return this.#names.find(bytes, 0, bytes.length);
  }

  *keys(): MapIterator<string> {
    for (let chain = 0; chain < this.size; chain++) yield this.#nameOf(chain);
  }

  *values(): MapIterator<Chain> {
    for (let chain = 0; chain < this.size; chain++) yield this.#at(chain);
  }

  *entries(): MapIterator<[string, Chain]> {
    for (const chain of this.values()) yield [chain.name, chain];
  }

  [Symbol.iterator](): MapIterator<[string, Chain]> {
    return this.entries();
  }

  forEach(callback: (chain: Chain, name: string, chains: ReadonlyMap<string, Chain>) => void): void {
    for (const [name, chain] of this) callback(chain, name, this);
  }

  #nameOf(number: number): string {
    return (this.#texts[number] ??= this.#names.text(number));
  }

  #at(number: number): Chain {
    const name = this.#nameOf(number);
    let chain = this.#made.get(name);
    if (chain === undefined) {
      const tell = () => this.#lines.at(this.#declared.get(number));
      chain = new LateChain(name, this.#bases.get(number), tell, () => this.#rulesOf(number));
      this.#made.set(name, chain);
    }
    return chain;
  }

  /** What stands in place of each rule of a chain; `undefined` where there is no such chain. */
  textsOf(name: string): readonly string[] | undefined {
    const chain = this.numberOf(name);
    if (chain < 0) return undefined;
    return this.#within(
      chain,
      (line) => this.#lines.at(line).text,
      ({ source }) => source.text,
    );
  }

  #rulesOf(chain: number): readonly Rule[] {
    return this.#within(chain, this.#build, (rule) => rule);
  }

  /** Goes through a chain: its lines, and the rules that stand in none. */
  #within<T>(chain: number, ofLine: (line: number) => T, ofRule: (rule: Rule) => T): readonly T[] {
    const lines: number[] = this.#bases.has(chain) ? [...this.#anywhere] : [];
    for (let line = this.#first.get(chain); line !== 0; line = this.#next[line - 1] ?? 0) lines.push(line - 1);
    if (this.#anywhere.length > 0) lines.sort((a, b) => a - b);
    const all = lines.map(ofLine);
    const doubt = this.#doubts.get(chain);
    if (doubt !== undefined) all.unshift(ofRule(doubt));
    const cut = this.#cut;
    if (cut !== undefined && chain >= cut.from) all.push(ofRule(opaqueRule(cut.why, this.#lines.at(this.#declared.get(chain)))));
    return all;
  }
}
