import { type Family, type Ip, familyOf } from '../../address/ip.ts';
import { bitsOf, parsePrefix } from '../../address/prefix.ts';
import type { Source } from '../../source.ts';
import { BASICS } from '../matches/basic.ts';
import { MATCHES, TRACKING_MATCHES } from '../matches/index.ts';
import { UNDECIDED_MATCHES } from '../matches/undecided.ts';
import type { Match, Rule, Target } from '../model.ts';
import { opaqueMatch, opaqueRule, opaqueTarget } from '../opaque.ts';
import { TARGETS, TRACKING_TARGETS } from '../targets/index.ts';
import { UNDECIDED_TARGETS } from '../targets/undecided.ts';
import { jumpTo } from '../targets/jump.ts';
import type { Token } from './lexer.ts';
import { type Arity, type Option, Options } from './option.ts';

/** A `-m NAME` or `-j NAME` with what follows it. */
interface Section {
  readonly name: string;
  readonly arity: Arity | undefined;
  readonly options: Option[];
  /** Words that the reader of this name doesn't know. */
  strange: boolean;
}

export interface RuleReading {
  readonly rule: Rule;
  /** Why the line is no rule; the rule then stands for anything. */
  readonly malformed: string | undefined;
  /** Every option of every match and target is known, stands once, and has its values. */
  readonly isPlain: boolean;
}

const FLAG = /^-(?:-.+|[a-z])$/;

/**
 * Reads the arguments of an `-A CHAIN` line. Every word ends up in a match or the target, or makes one of them, or the whole rule,
 * unknown.
 *
 * @param isChain tells a jump from a target.
 */
export function readRule(tokens: readonly Token[], family: Family, isChain: (name: string) => boolean, source: Source): RuleReading {
  const basics: Match[] = [];
  let onlyTo: Ip | undefined;
  const matches: Section[] = [];
  let target: (Section & { readonly go: 'jump' | 'goto' }) | undefined;
  let section: Section | undefined;
  let at = 0;
  const fail = (why: string): RuleReading => ({
    rule: opaqueRule(`unreadable rule (${why})`, source, mayTrack(tokens)),
    malformed: why,
    isPlain: false,
  });
  while (at < tokens.length) {
    let negated = false;
    if (isNegation(tokens[at])) {
      negated = true;
      at++;
    }
    const token = tokens[at++];
    if (token === undefined) return fail('it ends with !');
    const flag = token.quoted ? undefined : token.text;
    if (flag === '-m' || flag === '-j' || flag === '-g') {
      const name = tokens[at++];
      if (name === undefined || negated || isNegation(name) || isFlag(name)) return fail(`${flag} without a name`);
      if (flag === '-m') {
        section = { name: name.text, arity: MATCHES.get(name.text)?.options, options: [], strange: false };
        matches.push(section);
      } else {
        if (target !== undefined) return fail('two targets');
        target = {
          name: name.text,
          arity: TARGETS.get(name.text)?.options,
          options: [],
          strange: false,
          go: flag === '-g' ? 'goto' : 'jump',
        };
        section = target;
      }
      continue;
    }
    const basic = flag === undefined ? undefined : BASICS.get(flag);
    if (basic !== undefined) {
      const values = tokens.slice(at, at + basic.values);
      at += basic.values;
      if (values.length < basic.values || isNegation(values[0])) return fail(`${token.text} without a value`);
      const value = values[0]?.text ?? '';
      const test = basic.read(value, negated, family);
      if (basic.name === 'destination' && !negated && test !== undefined) onlyTo = hostOf(value) ?? onlyTo;
      basics.push(
        test === undefined ? opaqueMatch(basic.name, `${negated ? '! ' : ''}${token.text} ${value}`) : { name: basic.name, test },
      );
      continue;
    }
    if (section === undefined) return fail(`"${token.text}" is no option`);
    const arity = flag === undefined || !flag.startsWith('--') ? undefined : section.arity?.[flag];
    if (arity === undefined) {
      section.strange = true;
      while (at < tokens.length && !isNegation(tokens[at]) && !isFlag(tokens[at])) at++;
      continue;
    }
    const values = tokens.slice(at, at + arity);
    at += arity;
    if (values.length < arity || section.options.some((option) => option.name === flag)) section.strange = true;
    section.options.push({ name: token.text, negated, values: values.map((value) => value.text) });
  }
  const readMatches = matches.map((match) => readMatch(match, family));
  return {
    rule: {
      matches: [...basics, ...readMatches],
      target: target === undefined ? undefined : readTarget(target, family, isChain),
      tracks: matches.some((match) => TRACKING_MATCHES.has(match.name)) || (target !== undefined && tracks(target, isChain)),
      ...(onlyTo === undefined ? {} : { onlyTo }),
      ...changedSets(target),
      source,
    },
    malformed: undefined,
    isPlain: !matches.some((match) => match.strange) && target?.strange !== true,
  };
}

/** The address of a prefix of full length. */
export function hostOf(text: string): Ip | undefined {
  const prefix = parsePrefix(text);
  return prefix !== undefined && prefix.length === bitsOf(familyOf(prefix.address)) ? prefix.address : undefined;
}

function isNegation(token: Token | undefined): boolean {
  return token !== undefined && !token.quoted && token.text === '!';
}

function isFlag(token: Token | undefined): boolean {
  return token !== undefined && !token.quoted && FLAG.test(token.text);
}

function readMatch(section: Section, family: Family): Match {
  const reader = MATCHES.get(section.name);
  const test = !isOf(reader, family) || section.strange ? undefined : reader.read(new Options(section.options), family);
  return test === undefined
    ? opaqueMatch(section.name, because(`-m ${section.name}`, reader, UNDECIDED_MATCHES.get(section.name)))
    : { name: section.name, test };
}

function isOf<T extends { readonly family?: Family }>(reader: T | undefined, family: Family): reader is T {
  return reader !== undefined && (reader.family === undefined || reader.family === family);
}

/** Why a name without a reader is not evaluated. */
function because(construct: string, reader: unknown, why: string | undefined): string {
  return reader !== undefined || why === undefined ? construct : `${construct} (${why})`;
}

function readTarget(section: Section & { readonly go: 'jump' | 'goto' }, family: Family, isChain: (name: string) => boolean): Target {
  if (section.go === 'goto' || isChain(section.name)) {
    if (section.strange || section.options.length > 0) return opaqueTarget(section.name, `-j ${section.name} with options`);
    return jumpTo(section.go, section.name);
  }
  const reader = TARGETS.get(section.name);
  const apply = !isOf(reader, family) || section.strange ? undefined : reader.read(new Options(section.options), family);
  return apply === undefined
    ? opaqueTarget(section.name, because(`-j ${section.name}`, reader, UNDECIDED_TARGETS.get(section.name)))
    : { name: section.name, apply };
}

function changedSets(target: Section | undefined): Pick<Rule, 'changesSets'> {
  const changesSets = target === undefined ? undefined : TARGETS.get(target.name)?.changesSets;
  return target === undefined || changesSets === undefined ? {} : { changesSets: changesSets(new Options(target.options)) };
}

function tracks(section: Section, isChain: (name: string) => boolean): boolean {
  if (isChain(section.name)) return false;
  const declared = TARGETS.get(section.name)?.tracks;
  if (typeof declared === 'function') return section.strange || declared(new Options(section.options));
  return declared ?? TRACKING_TARGETS.has(section.name);
}

/** For a line that can't be read: does any word of it name a match or target that needs tracking? */
function mayTrack(tokens: readonly Token[]): boolean {
  return tokens.some(({ text }) => TRACKING_MATCHES.has(text) || TRACKING_TARGETS.has(text) || TARGETS.get(text)?.tracks !== undefined);
}
