import { type Family, type Ip } from '../../address/ip.ts';
import type { Match, Rule, Target } from '../model.ts';
import type { Source } from '../../source.ts';
import { BASICS } from '../matches/basic.ts';
import { jumpTo } from '../targets/jump.ts';
import { dnat } from '../targets/nat.ts';
import { opaqueRule } from '../opaque.ts';
import { lex } from './lexer.ts';
import { Options } from './option.ts';
import { hostOf, readRule } from './rule.ts';

/** A stretch of a rule that means the same wherever it stands: `-p tcp`, `-m tcp --dport 80`, `-j MASQUERADE --random-fully`. */
interface Part {
  readonly match: Match | undefined;
  readonly target: Target | undefined;
  readonly tracks: boolean;
  /** Whatever else a rule may carry. */
  readonly more?: Partial<Rule>;
}

/** A rule while it is read. */
interface Draft {
  readonly matches: Match[];
  target: Target | undefined;
  tracks: boolean;
  onlyTo: Ip | undefined;
  more: Partial<Rule> | undefined;
}

/** More different stretches than this are not remembered: addresses do not come again. */
const REMEMBERED = 4096;

const SPACE = 32;
const QUOTE = 34;
const DASH = 45;
const BANG = 33;
const BACKSLASH = 92;
const D = 100;
const J = 106;
const M = 109;
const S = 115;

/**
 * Reads the rules of one table a stretch at a time, those that come again once. It knows only the way in which iptables-save writes;
 * every other line is `undefined` here and left to {@link readRule}, from whose reading of a line this one never differs.
 */
export class QuickReader {
  private readonly parts = new Map<string, Part | undefined>();
  private readonly comment: Match = { name: 'comment', test: () => true };
  private readonly family: Family;
  private readonly isChain: (name: string) => boolean;

  constructor(family: Family, isChain: (name: string) => boolean) {
    this.family = family;
    this.isChain = isChain;
  }

  /** The rule whose arguments begin at `at`. It is understood to its end, and built when a packet meets it: most never are. */
  read(line: string, at: number, source: Source): Rule | undefined {
    const rule = this.build(line, at, source);
    return rule === undefined ? undefined : new ReadRule(rule.tracks, rule.onlyTo, source, at, this);
  }

  build(line: string, at: number, source: Source): Rule | undefined {
    const draft: Draft = { matches: [], target: undefined, tracks: false, onlyTo: undefined, more: undefined };
    let isBehindMatches = false;
    while (at < line.length) {
      const end = endOfPart(line, at);
      if (end < 0) return undefined;
      const from = line.charCodeAt(at) === BANG ? at + 2 : at;
      const flag = line.charCodeAt(from + 1);
      // The rule's own options are tested first, wherever they stand.
      if (flag === M) isBehindMatches = true;
      else if (flag !== J && isBehindMatches) return undefined;
      if (!this.add(draft, line, at, end, flag, source)) return undefined;
      at = end + 1;
    }
    const { matches, target, tracks, onlyTo, more } = draft;
    const rule = onlyTo === undefined ? { matches, target, tracks, source } : { matches, target, tracks, onlyTo, source };
    return more === undefined ? rule : { ...rule, ...more };
  }

  private add(draft: Draft, line: string, at: number, end: number, flag: number, source: Source): boolean {
    if (line.charCodeAt(at) === DASH) {
      if ((flag === D || flag === S) && this.addAddress(draft, line, at, end, flag)) return true;
      if (flag === M && isRemark(line, at, end)) {
        draft.matches.push(this.comment);
        return true;
      }
      if (flag === J && draft.target !== undefined) return false;
      if (flag === J && this.addTarget(draft, line, at, end)) return true;
    }
    const part = this.part(line.slice(at, end), source);
    if (part === undefined || (part.target !== undefined && draft.target !== undefined)) return false;
    if (part.match !== undefined) draft.matches.push(part.match);
    draft.target ??= part.target;
    draft.tracks ||= part.tracks;
    if (part.more !== undefined) draft.more = { ...draft.more, ...part.more };
    return true;
  }

  /** `-s A/N`, `-d A/N`. */
  private addAddress(draft: Draft, line: string, at: number, end: number, flag: number): boolean {
    const value = line.slice(at + 3, end);
    const basic = BASICS.get(flag === S ? '-s' : '-d');
    const test = basic?.read(value, false, this.family);
    if (basic === undefined || test === undefined) return false;
    draft.matches.push({ name: basic.name, test });
    if (flag === D) draft.onlyTo = hostOf(value) ?? draft.onlyTo;
    return true;
  }

  /** `-j CHAIN`, and `-j TARGET --OPTION VALUE` with a value that hardly comes again. */
  private addTarget(draft: Draft, line: string, at: number, end: number): boolean {
    const space = line.indexOf(' ', at + 3);
    if (space < 0 || space >= end) {
      const name = line.slice(at + 3, end);
      if (!this.isChain(name)) return false;
      draft.target = jumpTo('jump', name);
      return true;
    }
    if (!line.startsWith(DNAT, at) || !isBare(line, at + DNAT.length, end) || this.isChain('DNAT')) return false;
    const option = { name: '--to-destination', negated: false, values: [line.slice(at + DNAT.length, end)] };
    const apply = dnat.read(new Options([option]), this.family);
    if (apply === undefined) return false;
    draft.target = { name: 'DNAT', apply };
    draft.tracks = true;
    return true;
  }

  private part(text: string, source: Source): Part | undefined {
    const known = this.parts.get(text);
    if (known !== undefined || this.parts.has(text)) return known;
    const part = this.study(text, source);
    if (this.parts.size >= REMEMBERED) this.parts.clear();
    this.parts.set(text, part);
    return part;
  }

  /** Any stretch, read as a rule that has nothing else. */
  private study(text: string, source: Source): Part | undefined {
    const tokens = lex(text);
    if (tokens === undefined) return undefined;
    const { rule, malformed, isPlain } = readRule(tokens, this.family, this.isChain, source);
    const { matches, target, tracks, onlyTo, source: _source, ...more } = rule;
    if (malformed !== undefined || !isPlain || onlyTo !== undefined || matches.length + (target === undefined ? 0 : 1) !== 1)
      return undefined;
    return { match: matches[0], target, tracks, ...(Object.keys(more).length === 0 ? {} : { more }) };
  }
}

/** A rule that keeps its line, and builds its matches and its target from it when they are asked for. */
class ReadRule implements Rule {
  readonly tracks: boolean;
  readonly onlyTo?: Ip;
  readonly source: Source;
  private readonly at: number;
  private readonly reader: QuickReader;
  private built: Rule | undefined;

  constructor(tracks: boolean, onlyTo: Ip | undefined, source: Source, at: number, reader: QuickReader) {
    this.tracks = tracks;
    if (onlyTo !== undefined) this.onlyTo = onlyTo;
    this.source = source;
    this.at = at;
    this.reader = reader;
    this.built = undefined;
  }

  get matches(): readonly Match[] {
    return this.whole().matches;
  }

  get target(): Target | undefined {
    return this.whole().target;
  }

  private whole(): Rule {
    return (this.built ??= this.reader.build(this.source.text, this.at, this.source) ?? opaqueRule('unreadable', this.source));
  }
}

const DNAT = '-j DNAT --to-destination ';
const REMARK = '-m comment --comment ';

/** `-m comment --comment "…"`, or one word without quotes. */
function isRemark(line: string, at: number, end: number): boolean {
  if (!line.startsWith(REMARK, at)) return false;
  const from = at + REMARK.length;
  return line.charCodeAt(from) === QUOTE ? line.indexOf('"', from + 1) === end - 1 : isBare(line, from, end);
}

function isBare(line: string, from: number, end: number): boolean {
  if (from >= end || line.charCodeAt(from) === BANG) return false;
  for (let i = from; i < end; i++) {
    const c = line.charCodeAt(i);
    if (c === SPACE || c === QUOTE) return false;
  }
  return true;
}

/**
 * Where the stretch that begins at `at` ends: before the next `-x` or `! -x`. An option's value may look like one; the stretch then
 * lacks a value, which is noticed when it is read. -1 for what iptables-save does not write: tabs, escapes, control characters.
 */
function endOfPart(line: string, at: number): number {
  let i = at;
  if (line.charCodeAt(i) === BANG && line.charCodeAt(i + 1) === SPACE) i += 2;
  if (line.charCodeAt(i) !== DASH) return -1;
  for (i += 2; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c > QUOTE) {
      if (c === BACKSLASH) return -1;
    } else if (c === QUOTE) {
      for (i++; line.charCodeAt(i) !== QUOTE; i++) if (i >= line.length || line.charCodeAt(i) === BACKSLASH) return -1;
    } else if (c === SPACE) {
      if (startsPart(line, i + 1)) return i;
    } else if (c !== BANG) return -1;
  }
  return line.length;
}

function startsPart(line: string, at: number): boolean {
  const from = line.charCodeAt(at) === BANG && line.charCodeAt(at + 1) === SPACE ? at + 2 : at;
  if (line.charCodeAt(from) !== DASH) return false;
  const flag = line.charCodeAt(from + 1);
  const after = line.charCodeAt(from + 2);
  return flag >= 97 && flag <= 122 && (after === SPACE || from + 2 === line.length);
}
