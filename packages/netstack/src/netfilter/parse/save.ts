import type { Artifact } from '../../parse/artifact.ts';
import type { Gap, SourceLine, Topic } from '../../source.ts';
import type { Table } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { builtinChain, isIptablesTable } from './builtin.ts';
import { COLON, HASH, QUOTE, SPACE, STAR, contentOf, standsAt, textBetween } from './bytes.ts';
import { lex } from './lexer.ts';
import { Lines } from './lines.ts';
import { Numbers } from './numbers.ts';
import { APPEND, RuleReader } from './rule-reader.ts';
import { SavedChains } from './saved-chains.ts';

interface OpenTable {
  readonly backend: SaveOrigin['backend'];
  readonly name: string;
  readonly lines: Lines;
  readonly chains: SavedChains;
  /** The lines of rules, and what can't be read, wait until all chains are known: whether `-j X` is a jump depends on it. */
  readonly rules: Numbers;
}

type Malformed = (why: string, source: SourceLine) => void;

export interface SavedTable extends Table {
  readonly chains: SavedChains;
}

export interface SaveReading {
  readonly tables: readonly SavedTable[];
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
  const names = new Set<string>();
  const gaps: Gap[] = [];
  const incompatible: { name: string; source: SourceLine }[] = [];
  let table: OpenTable | undefined;
  const malformed: Malformed = (why, source) => {
    gaps.push({ topic, kind: 'malformed', why, source });
  };
  const tables: SavedTable[] = [];
  const close = (complete: boolean): void => {
    if (table === undefined) return;
    if (names.has(table.name)) gaps.push({ topic, kind: 'malformed', why: `table ${table.name} stands twice in ${origin.path}` });
    names.add(table.name);
    tables.push(finish(table, origin, complete, malformed));
    table = undefined;
  };

  const bytes = contentOf(artifact);
  const lines = new Lines(bytes, origin.path);
  const next = new Uint32Array(lines.count);
  for (let line = 0; line < lines.count; line++) {
    const begin = lines.begin(line);
    if (begin === lines.end(line)) continue;
    const first = bytes[begin];
    if (first === HASH) {
      const source = lines.at(line);
      const refused = /^# Table `?['"`]?([^'"` ]+)['"`]? (?:is incompatible|contains incompatible)/.exec(source.text);
      if (refused !== null) incompatible.push({ name: refused[1] ?? '', source });
    } else if (first === STAR) {
      close(false);
      const name = textBetween(bytes, begin + 1, lines.end(line));
      table = { backend: origin.backend, name, lines, chains: new SavedChains(lines, next), rules: new Numbers() };
      if (!isIptablesTable(table.name)) gaps.push({ topic, kind: 'malformed', why: `table ${table.name} is none of the iptables tables` });
    } else if (table === undefined) {
      const { text } = lines.at(line);
      gaps.push({ topic, kind: 'malformed', why: `line ${String(line + 1)} of ${origin.path} belongs to no table: ${text}` });
    } else if (first === COLON) declare(table, line, malformed);
    else if (lines.is(line, 'COMMIT')) close(true);
    else table.rules.push(line);
  }
  if (table !== undefined) {
    const why = `${origin.path} ends inside table ${table.name}`;
    close(false);
    if (!artifact.truncated) gaps.push({ topic, kind: 'truncated', why });
  }
  return { tables, gaps, incompatible };
}

/** What users' chains look like, of which there are many. */
const UNUSED = ' - [0:0]';
const DECLARATION = /^:(\S*)\s*(\S*)\s*(.*)$/;
/** PREROUTING and POSTROUTING have eleven letters at most. */
const LONGEST_BUILTIN = 11;

function declare(table: OpenTable, line: number, malformed: Malformed): void {
  const { lines, chains, rules } = table;
  const { bytes } = lines;
  const from = lines.begin(line) + 1;
  const end = lines.end(line);
  const to = behindWord(bytes, from, end);
  if (to === from || chains.find(from, to) >= 0) {
    // A line that names no chain of its own: it may be a rule of any, and is told of when the lines are checked.
    rules.push(line);
    return;
  }
  const isPlain = end - to === UNUSED.length && standsAt(bytes, to, UNUSED);
  if (isPlain && to - from > LONGEST_BUILTIN) {
    chains.declare(from, to, line, undefined);
    return;
  }
  const source = lines.at(line);
  const [, name = '', policy = '', more = ''] = DECLARATION.exec(source.text) ?? [];
  const base = builtinChain(table, name, policy === 'DROP' ? 'drop' : 'accept');
  const chain = chains.declare(from, to, line, base);
  const known = base === undefined ? policy === '-' : policy === 'ACCEPT' || policy === 'DROP';
  if (known && more === '') return;
  const why = `unreadable chain "${source.text}" of table ${table.name}`;
  malformed(why, source);
  chains.doubt(chain, opaqueRule(why, source));
}

function finish(table: OpenTable, { backend, family }: SaveOrigin, complete: boolean, malformed: Malformed): SavedTable {
  const { name, lines, chains, rules } = table;
  const last = distribute(table, malformed);
  const reader = new RuleReader(lines, family === 'ip' ? 4 : 6, chains);
  chains.finish((line) => reader.build(line));
  let tracks = false;
  for (let i = 0; i < rules.length; i++) {
    const line = rules.get(i);
    const checked = reader.check(line);
    tracks ||= checked.tracks;
    if (checked.malformed === undefined) continue;
    const source = lines.at(line);
    malformed(`${checked.malformed} of table ${name}: ${source.text}`, source);
  }
  // Rules are printed chain by chain: what follows the last one printed is not there.
  if (!complete) chains.cutOff(last, `the end of table ${name} is missing`);
  return { backend, family, name, tracks, changesSets: [...reader.changedSets], size: rules.length, called: chains.called(), chains };
}

/** Gives each line to its chain. Returns the chain of the last. */
function distribute(table: OpenTable, malformed: Malformed): number {
  const { lines, chains, rules } = table;
  const { bytes } = lines;
  let chain = -1;
  for (let i = 0; i < rules.length; i++) {
    const line = rules.get(i);
    const from = lines.begin(line) + APPEND.length;
    if (!standsAt(bytes, lines.begin(line), APPEND)) {
      chains.addAnywhere(line);
      continue;
    }
    if (chain < 0 || !chains.isAt(chain, from)) {
      const to = behindWord(bytes, from, lines.end(line));
      const isQuoted = hasQuote(bytes, from, to);
      const name = isQuoted ? nameIn(lines.at(line).text) : undefined;
      chain = name === undefined ? chains.find(from, to) : chains.numberOf(name);
      if (chain < 0 && to > from) {
        const source = lines.at(line);
        const named = name ?? textBetween(bytes, from, to);
        malformed(`a rule of chain ${named}, which table ${table.name} does not declare: ${source.text}`, source);
        if (!isQuoted) chain = chains.declare(from, to, line, builtinChain(table, named, 'accept'));
      }
    }
    if (chain < 0) chains.addAnywhere(line);
    else chains.addLine(chain, line);
  }
  return Math.max(chain, 0);
}

function behindWord(bytes: Uint8Array, from: number, end: number): number {
  let to = from;
  while (to < end && (bytes[to] ?? 0) > SPACE) to++;
  return to;
}

function hasQuote(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === QUOTE) return true;
  return false;
}

/** Even a line with an open quote names its chain. */
function nameIn(text: string): string {
  return lex(text)?.[1]?.text ?? /^-A (\S+)/.exec(text)?.[1] ?? '';
}
