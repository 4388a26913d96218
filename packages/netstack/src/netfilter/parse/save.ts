import type { Artifact } from '../../parse/artifact.ts';
import type { Gap, SourceLine, Topic } from '../../source.ts';
import type { Chain, Table } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { builtinChain, isIptablesTable } from './builtin.ts';
import { Lines } from './lines.ts';
import { RuleReader, addsTo, chainOf } from './rule-reader.ts';
import { SavedChain } from './saved-chain.ts';

interface OpenTable {
  readonly name: string;
  readonly chains: Map<string, SavedChain>;
  /** Rules, and what can't be read, wait until all chains are known: whether `-j X` is a jump depends on it. */
  readonly lines: Lines;
}

type Malformed = (why: string, source: SourceLine) => void;

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
  const malformed: Malformed = (why, source) => {
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
  const all = new Lines(text, origin.path);
  let number = 0;
  for (let begin = 0, end = 0; begin <= text.length; begin = end + 1) {
    end = text.indexOf('\n', begin);
    if (end < 0) end = text.length;
    number++;
    if (table !== undefined && text.charCodeAt(begin) === DASH && !isBlank(text.charCodeAt(end - 1))) {
      table.lines.add(begin, end, number);
      continue;
    }
    if (table !== undefined && declarePlain(table, all, begin, end, number)) continue;
    const source = all.line(begin, end, number);
    const line = source.text;
    if (line === '') continue;
    if (line.startsWith('#')) {
      const refused = /^# Table `?['"`]?([^'"` ]+)['"`]? (?:is incompatible|contains incompatible)/.exec(line);
      if (refused !== null) incompatible.push({ name: refused[1] ?? '', source });
    } else if (line.startsWith('*')) {
      close(false);
      table = { name: line.slice(1), chains: new Map(), lines: new Lines(text, origin.path) };
      if (!isIptablesTable(table.name)) gaps.push({ topic, kind: 'malformed', why: `table ${table.name} is none of the iptables tables` });
    } else if (table === undefined) {
      gaps.push({ topic, kind: 'malformed', why: `line ${String(number)} of ${origin.path} belongs to no table: ${line}` });
    } else if (line === 'COMMIT') close(true);
    else if (line.startsWith(':')) declare(table, all, all.add(begin, end, number), malformed);
    else table.lines.add(begin, end, number);
  }
  if (table !== undefined) {
    const why = `${origin.path} ends inside table ${table.name}`;
    close(false);
    if (!artifact.truncated) gaps.push({ topic, kind: 'truncated', why });
  }
  return { tables, gaps, incompatible };
}

const DASH = 45;

/** Also a carriage return: such a line is trimmed. */
function isBlank(code: number): boolean {
  return code <= 32 || code === 0xa0;
}

/** `:KUBE-SVC-X - [0:0]`: what users' chains look like, of which there are many. */
function declarePlain(table: OpenTable, all: Lines, begin: number, end: number, number: number): boolean {
  const { text } = all;
  if (text.charCodeAt(begin) !== COLON) return false;
  const space = text.indexOf(' ', begin);
  if (space < 0 || space + UNUSED.length !== end || !text.startsWith(UNUSED, space)) return false;
  const name = text.slice(begin + 1, space);
  if (name === '' || /\s/.test(name) || table.chains.has(name) || builtinChain(table.name, name, 'accept') !== undefined) return false;
  table.chains.set(name, new SavedChain(name, undefined, all, all.add(begin, end, number)));
  return true;
}

const UNUSED = ' - [0:0]';
const COLON = 58;
const DECLARATION = /^:(\S*)\s*(\S*)\s*(.*)$/;

function declare(table: OpenTable, all: Lines, at: number, malformed: Malformed): void {
  const source = all.at(at);
  const { text } = source;
  const [, name = '', policy = '', more = ''] = DECLARATION.exec(text) ?? [];
  const base = builtinChain(table.name, name, policy === 'DROP' ? 'drop' : 'accept');
  const known = base === undefined ? policy === '-' : policy === 'ACCEPT' || policy === 'DROP';
  if (name === '' || table.chains.has(name)) {
    // A line that names no chain of its own: it may be a rule of any, and is told of when the lines are checked.
    table.lines.add(all.begin(at), all.end(at), source.line);
    return;
  }
  const chain = new SavedChain(name, base, all, at);
  if (!known || more !== '') {
    const why = `unreadable chain "${text}" of table ${table.name}`;
    malformed(why, source);
    chain.addRule(opaqueRule(why, source), 'before');
  }
  table.chains.set(name, chain);
}

function finish(table: OpenTable, origin: SaveOrigin, complete: boolean, malformed: Malformed): Table {
  const { chains, lines } = table;
  const last = distribute(table, malformed);
  const reader = new RuleReader(lines, origin.family === 'ip' ? 4 : 6, (name) => chains.has(name));
  for (const chain of chains.values()) chain.finish((index) => reader.build(index));
  let tracks = false;
  for (let index = 0; index < lines.count; index++) {
    const checked = reader.check(index);
    tracks ||= checked.tracks;
    if (checked.malformed === undefined) continue;
    const source = lines.at(index);
    malformed(`${checked.malformed} of table ${table.name}: ${source.text}`, source);
  }
  if (!complete) cutOff(table, last);
  const { backend, family } = origin;
  const changesSets = lines.text.includes(SETS) ? changedSets(lines, reader) : [];
  return { backend, family, name: table.name, tracks, changesSets, chains: chains satisfies ReadonlyMap<string, Chain> };
}

const SETS = ' -j SET --';

/** Few rules change sets: those alone are built to see which. */
function changedSets(lines: Lines, reader: RuleReader): readonly string[] {
  const names: string[] = [];
  for (let index = 0; index < lines.count; index++)
    if (lines.at(index).text.includes(SETS)) names.push(...(reader.build(index).changesSets ?? []));
  return names;
}

/** Gives each line to its chain; what names none may stand in any that the kernel calls. Returns the chain of the last. */
function distribute({ name: tableName, chains, lines }: OpenTable, malformed: Malformed): string {
  let chain: SavedChain | undefined;
  for (let index = 0; index < lines.count; index++) {
    if (chain === undefined || !addsTo(chain.name, lines, index)) {
      const name = chainOf(lines, index);
      if (name === '') {
        for (const every of chains.values()) if (every.base !== undefined) every.addLine(index);
        continue;
      }
      chain = chains.get(name);
      if (chain === undefined) {
        const source = lines.at(index);
        malformed(`a rule of chain ${name}, which table ${tableName} does not declare: ${source.text}`, source);
        chain = new SavedChain(name, builtinChain(tableName, name, 'accept'), lines, index);
        chains.set(name, chain);
      }
    }
    chain.addLine(index);
  }
  return chain?.name ?? '';
}

/** Rules are printed chain by chain: what follows the last one printed is not there. */
function cutOff(table: OpenTable, last: string): void {
  let missing = last === '';
  for (const chain of table.chains.values()) {
    missing ||= chain.name === last;
    if (missing) chain.addRule(opaqueRule(`the end of table ${table.name} is missing`, chain.source), 'behind');
  }
}
