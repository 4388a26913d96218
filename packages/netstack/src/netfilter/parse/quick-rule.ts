import { type Family, type Ip } from '../../address/ip.ts';
import type { Match, Rule, Target } from '../model.ts';
import type { Source } from '../../source.ts';
import { BASICS } from '../matches/basic.ts';
import { jumpTo } from '../targets/jump.ts';
import { dnat } from '../targets/nat.ts';
import { BACKSLASH, BANG, DASH, QUOTE, SPACE, standsAt, textBetween } from './bytes.ts';
import { lex } from './lexer.ts';
import { Options } from './option.ts';
import { hostOf, readRule } from './rule.ts';
import { behindIpv4Prefix, behindIpv4WithPort } from './scan.ts';
import { HASH_BASIS, Stretches, hashed } from './stretches.ts';

/** The chains of the table: whether `-j X` is a jump depends on them. */
export interface ChainNames {
  has(name: string): boolean;
  /** The same of a name that stands in the file. */
  hasAt(from: number, to: number, hash: number): boolean;
  /** The name of one that is there: the same string wherever it stands. */
  nameAt(from: number, to: number): string;
}

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
  onlyTo: Ip | undefined;
  more: Partial<Rule> | undefined;
}

/** More different stretches than this are not remembered: addresses do not come again. */
const REMEMBERED = 4096;

const D = 100;
const G = 103;
const J = 106;
const M = 109;
const S = 115;

const DNAT = '-j DNAT --to-destination ';
const REMARK = '-m comment --comment ';
const COMMENT: Match = { name: 'comment', test: () => true };

/**
 * Reads the rules of one table a stretch at a time, those that come again once. It knows only the way in which iptables-save writes;
 * every other line is left to {@link readRule}, from whose reading of a line this one never differs.
 */
export class QuickReader {
  readonly #bytes: Uint8Array;
  readonly #family: Family;
  readonly #chains: ChainNames;
  readonly #changedSets: Set<string>;
  #known: Stretches;
  #parts: (Part | undefined)[] = [];

  /** `changedSets`: where it is noted which sets the rules that are read add to or remove from. */
  constructor(bytes: Uint8Array, family: Family, chains: ChainNames, changedSets = new Set<string>()) {
    this.#bytes = bytes;
    this.#family = family;
    this.#chains = chains;
    this.#changedSets = changedSets;
    this.#known = new Stretches(bytes);
  }

  /** Is the rule whose arguments stand between `at` and `end` one of those that are read here, and does it need tracking? */
  check(at: number, end: number): Checked {
    return this.#read(at, end, undefined);
  }

  build(at: number, end: number, source: Source): Rule | undefined {
    const draft: Draft = { matches: [], target: undefined, onlyTo: undefined, more: undefined };
    const checked = this.#read(at, end, draft);
    if (checked === 'other') return undefined;
    const { matches, target, onlyTo, more } = draft;
    const tracks = checked === 'tracks';
    const rule = onlyTo === undefined ? { matches, target, tracks, source } : { matches, target, tracks, onlyTo, source };
    return more === undefined ? rule : { ...rule, ...more };
  }

  /** Stretch by stretch; builds nothing without a draft. */
  #read(at: number, end: number, draft: Draft | undefined): Checked {
    let tracks = false;
    let hasTarget = false;
    let isBehindMatches = false;
    while (at < end) {
      const flag = flagAt(this.#bytes, at);
      // The rule's own options are tested first, wherever they stand.
      if (flag === M) isBehindMatches = true;
      else if (flag !== J && flag !== G && isBehindMatches) return 'other';
      let stop = this.#behindCommon(at, end, flag);
      if (stop >= 0) {
        if (flag === J) {
          if (hasTarget) return 'other';
          hasTarget = true;
          tracks ||= this.#isDnat(at, stop);
        }
        if (draft !== undefined) this.#addCommon(draft, at, stop, flag);
      } else {
        const hash = this.#scan(at, end);
        stop = this.#stop;
        const part = stop < 0 ? undefined : this.#part(at, stop, hash);
        if (part === undefined || (part.target !== undefined && hasTarget)) return 'other';
        hasTarget ||= part.target !== undefined;
        tracks ||= part.tracks;
        if (draft !== undefined) addPart(draft, part);
      }
      at = stop + 1;
    }
    return tracks ? 'tracks' : 'plain';
  }

  /** Behind one of the stretches that make up most of a large ruleset, and of which hardly two are alike; -1 where there is none. */
  #behindCommon(at: number, end: number, flag: number): number {
    let stop = -1;
    if (flag === D || flag === S) {
      if (this.#family === 4 && this.#bytes[at + 2] === SPACE) stop = behindIpv4Prefix(this.#bytes, at + 3, end);
    } else if (flag === M) stop = behindRemark(this.#bytes, at, end);
    else if (flag === J) stop = this.#behindTarget(at, end);
    return stop >= 0 && isEndOfPart(this.#bytes, stop, end) ? stop : -1;
  }

  /** `-j CHAIN`, `-j DNAT --to-destination A:P`. */
  #behindTarget(at: number, end: number): number {
    const bytes = this.#bytes;
    if (bytes[at + 2] !== SPACE || bytes[at + 3] === DASH) return -1;
    let hash = HASH_BASIS;
    let stop = at + 3;
    for (; stop < end; stop++) {
      const byte = bytes[stop] ?? 0;
      if (byte <= QUOTE) break;
      hash = hashed(hash, byte);
    }
    if (this.#chains.hasAt(at + 3, stop, hash)) return stop;
    return this.#family === 4 && standsAt(bytes, at, DNAT) ? behindIpv4WithPort(bytes, at + DNAT.length, end) : -1;
  }

  /** Of what {@link #behindTarget} found: names have no blanks. */
  #isDnat(at: number, stop: number): boolean {
    return stop - at > DNAT.length && standsAt(this.#bytes, at, DNAT);
  }

  #addCommon(draft: Draft, at: number, stop: number, flag: number): void {
    if (flag === M) {
      draft.matches.push(COMMENT);
      return;
    }
    if (flag !== J) {
      const value = textBetween(this.#bytes, at + 3, stop);
      const basic = BASICS.get(flag === S ? '-s' : '-d');
      const test = basic?.read(value, false, this.#family);
      if (basic === undefined || test === undefined) throw new RangeError(`${value} was taken for an address`);
      draft.matches.push({ name: basic.name, test });
      if (flag === D) draft.onlyTo = hostOf(value) ?? draft.onlyTo;
    } else if (this.#isDnat(at, stop)) {
      const option = { name: '--to-destination', negated: false, values: [textBetween(this.#bytes, at + DNAT.length, stop)] };
      const apply = dnat.read(new Options([option]), this.#family);
      if (apply === undefined) throw new RangeError(`${option.values[0] ?? ''} was taken for an address with a port`);
      draft.target = { name: 'DNAT', apply };
    } else draft.target = jumpTo('jump', this.#chains.nameAt(at + 3, stop));
  }

  /** Where the last {@link #scan} ended. */
  #stop = -1;

  /**
   * The hash of the stretch that begins at `at`, up to the next `-x` or `! -x`. An option's value may look like one; the stretch then
   * lacks a value, which is noticed when it is read. It ends at -1 for what iptables-save does not write: tabs, escapes, control characters.
   */
  #scan(at: number, end: number): number {
    const bytes = this.#bytes;
    let hash = HASH_BASIS;
    let isQuoted = false;
    let i = at;
    this.#stop = -1;
    for (; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === BACKSLASH) return hash;
      else if (!isQuoted) {
        if (byte < SPACE) return hash;
        if (byte === SPACE && i > at + 1 && isEndOfPart(bytes, i, end)) break;
      }
      hash = hashed(hash, byte);
    }
    if (!isQuoted) this.#stop = i;
    return hash;
  }

  #part(at: number, stop: number, hash: number): Part | undefined {
    const known = this.#known.find(this.#bytes, at, stop, hash);
    if (known >= 0) return this.#parts[known];
    if (this.#known.count >= REMEMBERED) {
      this.#known = new Stretches(this.#bytes);
      this.#parts = [];
    }
    const part = this.#study(textBetween(this.#bytes, at, stop));
    for (const name of part?.more?.changesSets ?? []) this.#changedSets.add(name);
    this.#parts[this.#known.add(at, stop, hash)] = part;
    return part;
  }

  /** Any stretch, read as a rule that has nothing else. */
  #study(text: string): Part | undefined {
    const tokens = lex(text);
    if (tokens === undefined) return undefined;
    const { rule, malformed, isPlain } = readRule(tokens, this.#family, (name) => this.#chains.has(name), NOWHERE);
    const { matches, target, tracks, onlyTo, source: _source, ...more } = rule;
    if (malformed !== undefined || !isPlain || onlyTo !== undefined || matches.length + (target === undefined ? 0 : 1) !== 1)
      return undefined;
    return { match: matches[0], target, tracks, ...(Object.keys(more).length === 0 ? {} : { more }) };
  }
}

function addPart(draft: Draft, part: Part): void {
  if (part.match !== undefined) draft.matches.push(part.match);
  draft.target ??= part.target;
  if (part.more !== undefined) draft.more = { ...draft.more, ...part.more };
}

/** A stretch is no line: what is made of it never shows where it stood. */
const NOWHERE: Source = { artifact: '', line: 0, text: '' };

/** The letter of `-x` or `! -x`; 0 where neither stands. */
function flagAt(bytes: Uint8Array, at: number): number {
  const from = bytes[at] === BANG && bytes[at + 1] === SPACE ? at + 2 : at;
  return bytes[from] === DASH ? (bytes[from + 1] ?? 0) : 0;
}

/** Behind `-m comment --comment "…"`, or one word without quotes; -1 where that is not what stands there. */
function behindRemark(bytes: Uint8Array, at: number, end: number): number {
  if (!standsAt(bytes, at, REMARK)) return -1;
  let i = at + REMARK.length;
  if (i < end && bytes[i] === QUOTE) {
    for (i++; i < end; i++) {
      if (bytes[i] === QUOTE) return i + 1;
      if (bytes[i] === BACKSLASH) return -1;
    }
    return -1;
  }
  if (bytes[i] === DASH) return -1;
  const begin = i;
  for (; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte <= QUOTE || byte === BACKSLASH) break;
  }
  return i > begin ? i : -1;
}

/** The end of the line, or a blank before the next `-x` or `! -x`. */
function isEndOfPart(bytes: Uint8Array, at: number, end: number): boolean {
  if (at === end) return true;
  if (bytes[at] !== SPACE) return false;
  const from = bytes[at + 1] === BANG && bytes[at + 2] === SPACE ? at + 3 : at + 1;
  const flag = bytes[from + 1] ?? 0;
  return from + 1 < end && bytes[from] === DASH && flag >= 97 && flag <= 122 && (from + 2 === end || bytes[from + 2] === SPACE);
}
