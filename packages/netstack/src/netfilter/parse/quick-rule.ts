import { type Family, type Ip } from '../../address/ip.ts';
import type { Match, Rule, Target } from '../model.ts';
import type { Source } from '../../source.ts';
import { BASICS } from '../matches/basic.ts';
import { jumpTo } from '../targets/jump.ts';
import { dnat } from '../targets/nat.ts';
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

/** `other`: left to the slower reader. */
export type Checked = 'plain' | 'tracks' | 'other';

/** A rule while it is built. */
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
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const BANG = 33;
const BACKSLASH = 92;
const D = 100;
const G = 103;
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

  /** Is the rule whose arguments stand between `at` and `end` one of those that are read here, and does it need tracking? Builds nothing. */
  check(text: string, at: number, end: number): Checked {
    let tracks = false;
    let hasTarget = false;
    let isBehindMatches = false;
    while (at < end) {
      const stop = endOfPart(text, at, end);
      if (stop < 0) return 'other';
      const isNegated = text.charCodeAt(at) === BANG;
      const flag = text.charCodeAt((isNegated ? at + 2 : at) + 1);
      if (flag === M) isBehindMatches = true;
      else if (flag !== J && flag !== G && isBehindMatches) return 'other';
      const known = isNegated ? undefined : this.checkPart(text, at, stop, flag);
      if (known !== undefined) {
        if (flag === J) {
          if (hasTarget) return 'other';
          hasTarget = true;
        }
        tracks ||= known === 'tracks';
      } else {
        const part = this.part(text.slice(at, stop));
        if (part === undefined || (part.target !== undefined && hasTarget)) return 'other';
        hasTarget ||= part.target !== undefined;
        tracks ||= part.tracks;
      }
      at = stop + 1;
    }
    return tracks ? 'tracks' : 'plain';
  }

  /** The stretches that make up most of a large ruleset, and of which hardly two are alike. */
  private checkPart(text: string, at: number, end: number, flag: number): Checked | undefined {
    switch (flag) {
      case D:
      case S:
        return this.family === 4 && isIpv4Prefix(text, at + 3, end) ? 'plain' : undefined;
      case M:
        return isRemark(text, at, end) ? 'plain' : undefined;
      case J: {
        if (text.startsWith(DNAT, at))
          return this.family === 4 && isIpv4WithPort(text, at + DNAT.length, end) && !this.isChain('DNAT') ? 'tracks' : undefined;
        return this.isChain(text.slice(at + 3, end)) ? 'plain' : undefined;
      }
      default:
        return undefined;
    }
  }

  /** The rule whose arguments begin at `at` and take the rest of the line. */
  build(line: string, at: number, source: Source): Rule | undefined {
    const draft: Draft = { matches: [], target: undefined, tracks: false, onlyTo: undefined, more: undefined };
    let isBehindMatches = false;
    while (at < line.length) {
      const end = endOfPart(line, at, line.length);
      if (end < 0) return undefined;
      const from = line.charCodeAt(at) === BANG ? at + 2 : at;
      const flag = line.charCodeAt(from + 1);
      // The rule's own options are tested first, wherever they stand.
      if (flag === M) isBehindMatches = true;
      else if (flag !== J && flag !== G && isBehindMatches) return undefined;
      if (!this.add(draft, line, at, end, flag)) return undefined;
      at = end + 1;
    }
    const { matches, target, tracks, onlyTo, more } = draft;
    const rule = onlyTo === undefined ? { matches, target, tracks, source } : { matches, target, tracks, onlyTo, source };
    return more === undefined ? rule : { ...rule, ...more };
  }

  private add(draft: Draft, line: string, at: number, end: number, flag: number): boolean {
    if (line.charCodeAt(at) === DASH) {
      if ((flag === D || flag === S) && this.addAddress(draft, line, at, end, flag)) return true;
      if (flag === M && isRemark(line, at, end)) {
        draft.matches.push(this.comment);
        return true;
      }
      if (flag === J && draft.target !== undefined) return false;
      if (flag === J && this.addTarget(draft, line, at, end)) return true;
    }
    const part = this.part(line.slice(at, end));
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

  private part(text: string): Part | undefined {
    const known = this.parts.get(text);
    if (known !== undefined || this.parts.has(text)) return known;
    const part = this.study(text);
    if (this.parts.size >= REMEMBERED) this.parts.clear();
    this.parts.set(text, part);
    return part;
  }

  /** Any stretch, read as a rule that has nothing else. */
  private study(text: string): Part | undefined {
    const tokens = lex(text);
    if (tokens === undefined) return undefined;
    const { rule, malformed, isPlain } = readRule(tokens, this.family, this.isChain, NOWHERE);
    const { matches, target, tracks, onlyTo, source: _source, ...more } = rule;
    if (malformed !== undefined || !isPlain || onlyTo !== undefined || matches.length + (target === undefined ? 0 : 1) !== 1)
      return undefined;
    return { match: matches[0], target, tracks, ...(Object.keys(more).length === 0 ? {} : { more }) };
  }
}

/** A stretch is no line: what is made of it never shows where it stood. */
const NOWHERE: Source = { artifact: '', line: 0, text: '' };

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
function endOfPart(line: string, at: number, end: number): number {
  let i = at;
  if (line.charCodeAt(i) === BANG && line.charCodeAt(i + 1) === SPACE) i += 2;
  if (line.charCodeAt(i) !== DASH) return -1;
  for (i += 2; i < end; i++) {
    const c = line.charCodeAt(i);
    if (c > QUOTE) {
      if (c === BACKSLASH) return -1;
    } else if (c === QUOTE) {
      for (i++; line.charCodeAt(i) !== QUOTE; i++) if (i >= end || line.charCodeAt(i) === BACKSLASH) return -1;
      if (i >= end) return -1;
    } else if (c === SPACE) {
      if (startsPart(line, i + 1, end)) return i;
    } else if (c !== BANG) return -1;
  }
  return end;
}

function startsPart(line: string, at: number, end: number): boolean {
  const from = line.charCodeAt(at) === BANG && line.charCodeAt(at + 1) === SPACE ? at + 2 : at;
  if (line.charCodeAt(from) !== DASH) return false;
  const flag = line.charCodeAt(from + 1);
  return flag >= 97 && flag <= 122 && from + 1 < end && (from + 2 === end || line.charCodeAt(from + 2) === SPACE);
}

/** `10.0.0.1/32` and the like; other forms are read elsewhere. */
function isIpv4Prefix(text: string, from: number, end: number): boolean {
  const slash = endOfIpv4(text, from, end);
  if (slash === end) return true;
  if (slash < 0 || text.charCodeAt(slash) !== SLASH) return false;
  const length = numberAt(text, slash + 1, end, 2);
  return length >= 0 && length <= 32;
}

/** `10.0.0.1:8080`. */
function isIpv4WithPort(text: string, from: number, end: number): boolean {
  const colon = endOfIpv4(text, from, end);
  if (colon < 0 || colon === end || text.charCodeAt(colon) !== COLON) return false;
  const port = numberAt(text, colon + 1, end, 5);
  return port >= 0 && port <= 0xffff;
}

/** Behind a dotted quad; -1 where there is none. */
function endOfIpv4(text: string, from: number, end: number): number {
  let at = from;
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0 && text.charCodeAt(at++) !== DOT) return -1;
    let value = 0;
    let digits = 0;
    for (; at < end && digits < 4; at++, digits++) {
      const c = text.charCodeAt(at);
      if (c < 48 || c > 57) break;
      value = value * 10 + c - 48;
    }
    if (digits === 0 || digits > 3 || value > 255) return -1;
  }
  return at;
}

/** The decimal number that fills the stretch, of at most so many digits; -1 where there is none. */
function numberAt(text: string, from: number, end: number, digits: number): number {
  if (from >= end || end - from > digits) return -1;
  let value = 0;
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return -1;
    value = value * 10 + c - 48;
  }
  return value;
}
