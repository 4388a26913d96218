import type { Artifact } from '../../parse/artifact.ts';
import type { Gap, SourceLine, Topic } from '../../source.ts';
import type { BaseChain, Chain, Rule, Table } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { builtinChain, isIptablesTable } from './builtin.ts';
import { type Token, lex } from './lexer.ts';
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
  /** Rules wait until all chains are known: whether `-j X` is a jump depends on it. */
  readonly lines: { readonly chain: string; readonly tokens: readonly Token[] | undefined; readonly source: SourceLine }[];
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

  let number = 0;
  for (const raw of artifact.text.split('\n')) {
    number++;
    const line = raw.trim();
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
    else append(table, source, malformed);
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
  return line.replace(/^\[\d+:\d+\] (?=-)/, '').replace(/^(:.*) \[\d+:\d+\]$/, '$1');
}

function declare(table: OpenTable, source: SourceLine, malformed: (why: string, source: SourceLine) => void): void {
  const [name = '', policy = '', ...more] = source.text.slice(1).split(/\s+/);
  const base = builtinChain(table.name, name, policy === 'DROP' ? 'drop' : 'accept');
  const known = base === undefined ? policy === '-' : policy === 'ACCEPT' || policy === 'DROP';
  const chain: OpenChain = { name, base, source, rules: [] };
  if (!known || name === '' || more.length > 0 || table.chains.has(name)) {
    const why = `unreadable chain "${source.text}" of table ${table.name}`;
    malformed(why, source);
    if (name === '' || table.chains.has(name)) table.lines.push({ chain: '', tokens: undefined, source });
    else chain.rules.push(opaqueRule(why, source));
  }
  if (name !== '' && !table.chains.has(name)) table.chains.set(name, chain);
}

function append(table: OpenTable, source: SourceLine, malformed: (why: string, source: SourceLine) => void): void {
  const tokens = lex(source.text);
  const chain = tokens?.[0]?.text === '-A' ? tokens[1]?.text : undefined;
  if (tokens !== undefined && chain !== undefined) {
    table.lines.push({ chain, tokens: tokens.slice(2), source });
    return;
  }
  // Even a line with an open quote names its chain.
  const named = /^-A (\S+)/.exec(source.text)?.[1] ?? '';
  malformed(`unreadable line of table ${table.name}: ${source.text}`, source);
  table.lines.push({ chain: named, tokens: undefined, source });
}

function finish(table: OpenTable, origin: SaveOrigin, complete: boolean, malformed: (why: string, source: SourceLine) => void): Table {
  const { chains } = table;
  for (const { chain, source } of table.lines) {
    if (chain === '' || chains.has(chain)) continue;
    malformed(`a rule of chain ${chain}, which table ${table.name} does not declare: ${source.text}`, source);
    chains.set(chain, { name: chain, base: builtinChain(table.name, chain, 'accept'), source, rules: [] });
  }
  const isChain = (name: string) => chains.has(name);
  const family = origin.family === 'ip' ? 4 : 6;
  let last = '';
  for (const { chain, tokens, source } of table.lines) {
    const reading = tokens === undefined ? undefined : readRule(tokens, family, isChain, source);
    if (reading?.malformed !== undefined)
      malformed(`unreadable rule of table ${table.name} (${reading.malformed}): ${source.text}`, source);
    const rule = reading?.rule ?? opaqueRule(`unreadable line "${source.text}"`, source, true);
    const owner = chains.get(chain);
    if (owner !== undefined) {
      owner.rules.push(rule);
      last = chain;
    } else for (const every of chains.values()) if (every.base !== undefined) every.rules.push(rule);
  }
  if (!complete) cutOff(table, last);
  return { backend: origin.backend, family: origin.family, name: table.name, chains: chains satisfies ReadonlyMap<string, Chain> };
}

/** Rules are printed chain by chain: what follows the last one printed is not there. */
function cutOff(table: OpenTable, last: string): void {
  let missing = last === '';
  for (const chain of table.chains.values()) {
    missing ||= chain.name === last;
    if (missing) chain.rules.push(opaqueRule(`the end of table ${table.name} is missing`, chain.source));
  }
}
