import type { Family } from '../../address/ip.ts';
import type { SourceLine } from '../../source.ts';
import type { Rule } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { lex } from './lexer.ts';
import type { Lines } from './lines.ts';
import { QuickReader } from './quick-rule.ts';
import { readRule } from './rule.ts';

/** What is known of a line before its rule is built. */
export interface CheckedLine {
  readonly tracks: boolean;
  /** Why it is no rule. */
  readonly malformed: string | undefined;
}

const PLAIN: CheckedLine = { tracks: false, malformed: undefined };
const TRACKS: CheckedLine = { tracks: true, malformed: undefined };
const APPEND = '-A ';

/** Reads the lines of one table as rules: first all of them, to know what is wrong, then those that a packet meets, to be walked. */
export class RuleReader {
  private readonly quick: QuickReader;
  private readonly lines: Lines;
  private readonly family: Family;
  private readonly isChain: (name: string) => boolean;

  constructor(lines: Lines, family: Family, isChain: (name: string) => boolean) {
    this.quick = new QuickReader(family, isChain);
    this.lines = lines;
    this.family = family;
    this.isChain = isChain;
  }

  check(index: number): CheckedLine {
    const begin = this.lines.begin(index);
    const end = this.lines.end(index);
    const { text } = this.lines;
    const space = text.startsWith(APPEND, begin) ? text.indexOf(' ', begin + APPEND.length) : -1;
    if (space >= 0 && space < end) {
      const checked = this.quick.check(text, space + 1, end);
      if (checked !== 'other') return checked === 'tracks' ? TRACKS : PLAIN;
    }
    const { rule, malformed } = this.readSlowly(this.lines.at(index));
    return { tracks: rule.tracks, malformed };
  }

  /** Never more than was found by {@link check}. */
  build(index: number): Rule {
    const source = this.lines.at(index);
    const space = source.text.startsWith(APPEND) ? source.text.indexOf(' ', APPEND.length) : -1;
    const rule = space < 0 ? undefined : this.quick.build(source.text, space + 1, source);
    return rule ?? this.readSlowly(source).rule;
  }

  private readSlowly(source: SourceLine): { readonly rule: Rule; readonly malformed: string | undefined } {
    const tokens = lex(source.text);
    if (tokens === undefined || tokens[0]?.text !== '-A' || tokens[1] === undefined)
      return {
        rule: opaqueRule(`unreadable line "${source.text}"`, source, true),
        malformed: source.text.startsWith(':') ? 'unreadable chain' : 'unreadable line',
      };
    const { rule, malformed } = readRule(tokens.slice(2), this.family, this.isChain, source);
    return { rule, malformed: malformed === undefined ? undefined : `unreadable rule (${malformed})` };
  }
}

/** The chain that a line adds to; '' where it names none. */
export function chainOf(lines: Lines, index: number): string {
  const begin = lines.begin(index);
  const { text } = lines;
  if (!text.startsWith(APPEND, begin)) return lines.at(index).text.startsWith(APPEND) ? nameIn(lines.at(index).text) : '';
  const from = begin + APPEND.length;
  const space = text.indexOf(' ', from);
  const name = text.slice(from, space < 0 ? lines.end(index) : Math.min(space, lines.end(index)));
  return name.includes('"') ? nameIn(lines.at(index).text) : name;
}

/** Even a line with an open quote names its chain. */
function nameIn(text: string): string {
  return lex(text)?.[1]?.text ?? /^-A (\S+)/.exec(text)?.[1] ?? '';
}

/** Does the line add to that chain? */
export function addsTo(chain: string, lines: Lines, index: number): boolean {
  const begin = lines.begin(index);
  const { text } = lines;
  return (
    text.startsWith(APPEND, begin) &&
    text.startsWith(chain, begin + APPEND.length) &&
    text.charCodeAt(begin + APPEND.length + chain.length) === 32
  );
}
