import type { Family } from '../../address/ip.ts';
import type { SourceLine } from '../../source.ts';
import type { Rule } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { SPACE, standsAt } from './bytes.ts';
import { lex } from './lexer.ts';
import type { Lines } from './lines.ts';
import { type ChainNames, QuickReader } from './quick-rule.ts';
import { readRule } from './rule.ts';

/** What is known of a line before its rule is built. */
export interface CheckedLine {
  readonly tracks: boolean;
  /** Why it is no rule. */
  readonly malformed: string | undefined;
}

const PLAIN: CheckedLine = { tracks: false, malformed: undefined };
const TRACKS: CheckedLine = { tracks: true, malformed: undefined };

export const APPEND = '-A ';

/** Reads the lines of one table as rules: first all of them, to know what is wrong, then those that a packet meets, to be walked. */
export class RuleReader {
  /** The sets of ipset that the rules which were checked add to or remove from. */
  readonly changedSets = new Set<string>();
  readonly #quick: QuickReader;
  readonly #lines: Lines;
  readonly #family: Family;
  readonly #chains: ChainNames;

  constructor(lines: Lines, family: Family, chains: ChainNames) {
    this.#quick = new QuickReader(lines.bytes, family, chains, this.changedSets);
    this.#lines = lines;
    this.#family = family;
    this.#chains = chains;
  }

  check(line: number): CheckedLine {
    const at = this.#arguments(line);
    const checked = at < 0 ? 'other' : this.#quick.check(at, this.#lines.end(line));
    if (checked !== 'other') return checked === 'tracks' ? TRACKS : PLAIN;
    const { rule, malformed } = this.#readSlowly(this.#lines.at(line));
    for (const name of rule.changesSets ?? []) this.changedSets.add(name);
    return { tracks: rule.tracks, malformed };
  }

  /** Never more than was found by {@link check}. */
  build(line: number): Rule {
    const source = this.#lines.at(line);
    const at = this.#arguments(line);
    return (at < 0 ? undefined : this.#quick.build(at, this.#lines.end(line), source)) ?? this.#readSlowly(source).rule;
  }

  /** Where the arguments begin of a line that adds to a chain; -1 where it has none. */
  #arguments(line: number): number {
    const { bytes } = this.#lines;
    const begin = this.#lines.begin(line);
    if (!standsAt(bytes, begin, APPEND)) return -1;
    const end = this.#lines.end(line);
    let at = begin + APPEND.length;
    while (at < end && (bytes[at] ?? 0) > SPACE) at++;
    return at < end && bytes[at] === SPACE ? at + 1 : -1;
  }

  #readSlowly(source: SourceLine): { readonly rule: Rule; readonly malformed: string | undefined } {
    const tokens = lex(source.text);
    if (tokens === undefined || tokens[0]?.text !== '-A' || tokens[1] === undefined)
      return {
        rule: opaqueRule(`unreadable line "${source.text}"`, source, true),
        malformed: source.text.startsWith(':') ? 'unreadable chain' : 'unreadable line',
      };
    const { rule, malformed } = readRule(tokens.slice(2), this.#family, (name) => this.#chains.has(name), source);
    return { rule, malformed: malformed === undefined ? undefined : `unreadable rule (${malformed})` };
  }
}
