import type { Family } from '../../address/ip.ts';
import type { Artifact } from '../../parse/artifact.ts';
import type { Gap, SourceLine, Topic } from '../../source.ts';
import type { BaseChain, Chain, Rule, Table } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { builtinChain, isIptablesTable } from './builtin.ts';
import { lex } from './lexer.ts';
import { QuickReader } from './quick-rule.ts';
import { readRule } from './rule.ts';

interface OpenChain {
  readonly name: string;
  readonly base: BaseChain | undefined;
  readonly source: SourceLine;
  readonly rules: Rule[];
}

interface OpenTable {
  readonly name: string;
  readonly chains: Map<string, OpenChain>;
  /** Rules, and what can't be read, wait until all chains are known: whether `-j X` is a jump depends on it. */
  readonly lines: SourceLine[];
}

export interface SaveReading {
  readonly tables: readonly Table[];
  readonly gaps: readonly Gap[];
  /** Tables that the tool refused to print (`# Table 'filter' is incompatible, use 'nft' tool.`). */
  readonly incompatible: readonly { readonly name: string; readonly source: SourceLine }[];
}

export interface SaveOrigin {
  readonly backend: 'iptables-legacy' | 'iptables-nft';
  readonly family: 'ip' | 'ip6';
  /** Artifact of the sources. */
  readonly path: string;
}

/**
 * Reads the output of an iptables-save, line by line and in linear time. A line that is no rule never disappears: it becomes a rule
 * that may do anything, and a gap.
 */
export function parseSave(artifact: Artifact, origin: SaveOrigin): SaveReading {
  const topic: Topic = origin.backend;
  const tables: Table[] = [];
  const gaps: Gap[] = [];
  const incompatible: { name: string; source: SourceLine }[] = [];
  let table: OpenTable | undefined;
  const malformed = (why: string, source: SourceLine): void => {
    gaps.push({ topic, kind: 'malformed', why, source });
  };
  const close = (complete: boolean): void => {
    if (table === undefined) return;
    if (tables.some((earlier) => earlier.name === table?.name))
      gaps.push({ topic, kind: 'malformed', why: `table ${table.name} stands twice in ${origin.path}` });
    tables.push(finish(table, origin, complete, malformed));
    table = undefined;
  };

  const { text } = artifact;
  let number = 0;
  for (let begin = 0, end = 0; begin <= text.length; begin = end + 1) {
    end = text.indexOf('\n', begin);
    if (end < 0) end = text.length;
    number++;
    const line = text.slice(begin, end).trim();
    if (line === '') continue;
    const source: SourceLine = { artifact: origin.path, line: number, text: withoutCounters(line) };
    if (line.startsWith('#')) {
      const refused = /^# Table `?['"`]?([^'"` ]+)['"`]? (?:is incompatible|contains incompatible)/.exec(line);
      if (refused !== null) incompatible.push({ name: refused[1] ?? '', source });
    } else if (line.startsWith('*')) {
      close(false);
      table = { name: line.slice(1), chains: new Map(), lines: [] };
      if (!isIptablesTable(table.name)) gaps.push({ topic, kind: 'malformed', why: `table ${table.name} is none of the iptables tables` });
    } else if (table === undefined) {
      gaps.push({ topic, kind: 'malformed', why: `line ${String(number)} of ${origin.path} belongs to no table: ${source.text}` });
    } else if (line === 'COMMIT') close(true);
    else if (line.startsWith(':')) declare(table, source, malformed);
    else table.lines.push(source);
  }
  if (table !== undefined) {
    const why = `${origin.path} ends inside table ${table.name}`;
    close(false);
    if (!artifact.truncated) gaps.push({ topic, kind: 'truncated', why });
  }
  return { tables, gaps, incompatible };
}

/** `[12:345] -A …` and `:INPUT ACCEPT [12:345]` without what changes with every packet. */
function withoutCounters(line: string): string {
  if (!line.startsWith('[') && !line.endsWith(']')) return line;
  return line.replace(/^\[\d+:\d+\] (?=-)/, '').replace(/^(:.*) \[\d+:\d+\]$/, '$1');
}

const DECLARATION = /^:(\S*)\s*(\S*)\s*(.*)$/;

function declare(table: OpenTable, source: SourceLine, malformed: (why: string, source: SourceLine) => void): void {
  const { text } = source;
  // What users' chains look like, of which there are many.
  const name = text.endsWith(' -') ? text.slice(1, -2) : '';
  if (name !== '' && !name.includes(' ') && !table.chains.has(name) && builtinChain(table.name, name, 'accept') === undefined) {
    table.chains.set(name, { name, base: undefined, source, rules: [] });
    return;
  }
  declareAny(table, source, malformed);
}

function declareAny(table: OpenTable, source: SourceLine, malformed: (why: string, source: SourceLine) => void): void {
  const [, name = '', policy = '', more = ''] = DECLARATION.exec(source.text) ?? [];
  const base = builtinChain(table.name, name, policy === 'DROP' ? 'drop' : 'accept');
  const known = base === undefined ? policy === '-' : policy === 'ACCEPT' || policy === 'DROP';
  const chain: OpenChain = { name, base, source, rules: [] };
  if (!known || name === '' || more !== '' || table.chains.has(name)) {
    const why = `unreadable chain "${source.text}" of table ${table.name}`;
    malformed(why, source);
    if (name === '' || table.chains.has(name)) table.lines.push(source);
    else chain.rules.push(opaqueRule(why, source));
  }
  if (name !== '' && !table.chains.has(name)) table.chains.set(name, chain);
}

const APPEND = '-A ';

/** The chain that a line adds to; '' where it names none. */
function chainOf(text: string): string {
  if (!text.startsWith(APPEND)) return '';
  const end = text.indexOf(' ', APPEND.length);
  const name = text.slice(APPEND.length, end < 0 ? undefined : end);
  if (!name.includes('"')) return name;
  const tokens = lex(text);
  return tokens?.[1]?.text ?? name;
}

function finish(table: OpenTable, origin: SaveOrigin, complete: boolean, malformed: (why: string, source: SourceLine) => void): Table {
  const { chains } = table;
  declareMissing(table, malformed);
  const isChain = (name: string) => chains.has(name);
  const reader = new RuleReader(table.name, origin.family === 'ip' ? 4 : 6, isChain, malformed);
  let owner: OpenChain | undefined;
  let last = '';
  for (const source of table.lines) {
    if (owner === undefined || !isOf(owner.name, source.text)) owner = chains.get(chainOf(source.text));
    const rule = reader.read(source);
    if (owner !== undefined) {
      owner.rules.push(rule);
      last = owner.name;
    } else for (const every of chains.values()) if (every.base !== undefined) every.rules.push(rule);
  }
  if (!complete) cutOff(table, last);
  return { backend: origin.backend, family: origin.family, name: table.name, chains: chains satisfies ReadonlyMap<string, Chain> };
}

function isOf(chain: string, text: string): boolean {
  return text.startsWith(chain, APPEND.length) && text.charCodeAt(APPEND.length + chain.length) === 32 && text.startsWith(APPEND);
}

/** Chains that only rules name. */
function declareMissing(table: OpenTable, malformed: (why: string, source: SourceLine) => void): void {
  let known = '';
  for (const source of table.lines) {
    if (known !== '' && isOf(known, source.text)) continue;
    const chain = chainOf(source.text);
    if (chain !== '' && !table.chains.has(chain)) {
      malformed(`a rule of chain ${chain}, which table ${table.name} does not declare: ${source.text}`, source);
      table.chains.set(chain, { name: chain, base: builtinChain(table.name, chain, 'accept'), source, rules: [] });
    }
    known = chain;
  }
}

/** Reads the lines of one table as rules. */
class RuleReader {
  private readonly quick: QuickReader;
  private readonly table: string;
  private readonly family: Family;
  private readonly isChain: (name: string) => boolean;
  private readonly malformed: (why: string, source: SourceLine) => void;

  constructor(table: string, family: Family, isChain: (name: string) => boolean, malformed: (why: string, source: SourceLine) => void) {
    this.quick = new QuickReader(family, isChain);
    this.table = table;
    this.family = family;
    this.isChain = isChain;
    this.malformed = malformed;
  }

  read(source: SourceLine): Rule {
    const { text } = source;
    const end = text.startsWith(APPEND) ? text.indexOf(' ', APPEND.length) : -1;
    if (end >= 0) {
      const rule = this.quick.read(text, end + 1, source);
      if (rule !== undefined) return rule;
    }
    const tokens = lex(text);
    if (tokens === undefined || tokens[0]?.text !== '-A' || tokens[1] === undefined) {
      // A bad declaration was told of when it was met.
      if (!text.startsWith(':')) this.malformed(`unreadable line of table ${this.table}: ${text}`, source);
      return opaqueRule(`unreadable line "${text}"`, source, true);
    }
    const reading = readRule(tokens.slice(2), this.family, this.isChain, source);
    if (reading.malformed !== undefined) this.malformed(`unreadable rule of table ${this.table} (${reading.malformed}): ${text}`, source);
    return reading.rule;
  }
}

/** Rules are printed chain by chain: what follows the last one printed is not there. */
function cutOff(table: OpenTable, last: string): void {
  let missing = last === '';
  for (const chain of table.chains.values()) {
    missing ||= chain.name === last;
    if (missing) chain.rules.push(opaqueRule(`the end of table ${table.name} is missing`, chain.source));
  }
}
