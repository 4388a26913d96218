import type { Gap, SourcePointer } from '../../source.ts';
import type { BaseChain, Chain, NetfilterFamily, Rule, Table } from '../model.ts';
import { readCollection } from '../nftables/collection.ts';
import { readExpression } from '../nftables/read-expression.ts';
import { readNativeRule } from '../nftables/rule.ts';
import type { Collection, Scope } from '../nftables/scope.ts';
import { type Fields, fieldsOf, jsonText, stableText, textOf, textsOf } from './json.ts';

/** A rule as nft prints it. */
export interface NativeRule {
  readonly statements: readonly unknown[];
  readonly source: SourcePointer;
}

export interface Ruleset {
  /** Every table, those of iptables-nft as well, with the rules as far as they are understood. */
  readonly tables: readonly Table[];
  readonly rules: ReadonlyMap<Rule, NativeRule>;
}

const FAMILIES: readonly NetfilterFamily[] = ['ip', 'ip6', 'inet', 'bridge', 'netdev', 'arp'];
const HOOKS: readonly BaseChain['hook'][] = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress', 'egress'];
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 };

/**
 * Reads `nft -j list ruleset`: tables with their chains, sets, maps and named objects first, then the rules, which refer to them.
 *
 * `undefined`, with a gap, where the document can't be read; a dormant table makes some releases of nft print half a document and
 * report success.
 */
export function parseNft(text: string, path: string, gaps: Gap[]): Ruleset | undefined {
  const items = itemsOf(text);
  if (items === undefined) {
    const cut = text.trim() !== '' && !text.trimEnd().endsWith('}');
    gaps.push({
      topic: 'nftables',
      kind: cut ? 'truncated' : 'malformed',
      why: `${path} is no complete JSON document of nft (a table with the flag dormant breaks off the output of nft 1.0)`,
    });
    return undefined;
  }
  const reader = new RulesetReader(path, gaps);
  for (const pass of ['declaration', 'rule'] as const)
    for (const [i, item] of items.entries())
      for (const [kind, content] of Object.entries(fieldsOf(item) ?? {}))
        if ((kind === 'rule') === (pass === 'rule')) reader.read(kind, fieldsOf(content), i, item);
  return reader;
}

function itemsOf(text: string): readonly unknown[] | undefined {
  try {
    const items = fieldsOf(JSON.parse(text))?.['nftables'];
    return Array.isArray(items) ? items : undefined;
  } catch {
    return undefined;
  }
}

interface OpenTable extends Omit<Table, 'chains'> {
  readonly chains: Map<string, Omit<Chain, 'rules'> & { readonly rules: Rule[] }>;
}

/** What the rules of a table refer to. */
interface Declared {
  readonly collections: Map<string, Collection>;
  /** By kind and name. */
  readonly objects: Map<string, Fields>;
  readonly scope: Scope;
}

/** Objects with a name that rules refer to. */
const OBJECTS: ReadonlySet<string> = new Set([
  'counter',
  'ct expectation',
  'ct helper',
  'ct timeout',
  'limit',
  'quota',
  'ct count',
  'synproxy',
]);

class RulesetReader implements Ruleset {
  readonly tables: OpenTable[] = [];
  readonly rules = new Map<Rule, NativeRule>();
  readonly #path: string;
  readonly #gaps: Gap[];
  readonly #dormant = new Set<string>();
  readonly #declarations = new Map<OpenTable, Declared>();

  constructor(path: string, gaps: Gap[]) {
    this.#path = path;
    this.#gaps = gaps;
  }

  read(kind: string, fields: Fields | undefined, index: number, item: unknown): void {
    const isObject = OBJECTS.has(kind);
    if (kind !== 'table' && kind !== 'chain' && kind !== 'rule' && kind !== 'set' && kind !== 'map' && !isObject) return;
    const isCollection = kind === 'set' || kind === 'map';
    const pointer = `/nftables/${String(index)}`;
    // Of a map with thousands of elements only those are shown that decide.
    const source: SourcePointer = { artifact: this.#path, pointer, text: isCollection ? '' : stableText(item) };
    const family = FAMILIES.find((known) => known === fields?.['family']);
    const name = textOf(kind === 'table' ? fields?.['name'] : fields?.['table']);
    if (fields === undefined || family === undefined || name === undefined) {
      this.#malformed(isCollection ? { ...source, text: jsonText(item) } : source);
      return;
    }
    if (kind === 'table') {
      this.#table(family, name, fields);
      return;
    }
    const table = this.tables.find((known) => known.family === family && known.name === name);
    if (table === undefined) this.#malformed(isCollection ? { ...source, text: jsonText(item) } : source);
    else if (kind === 'chain') this.#chain(table, fields, source);
    else if (kind === 'rule') this.#rule(table, fields, source);
    else if (isCollection) this.#collection(table, kind, fields, pointer);
    else this.#declared(table).objects.set(`${kind} ${textOf(fields['name']) ?? ''}`, fields);
  }

  #declared(table: OpenTable): Declared {
    let declared = this.#declarations.get(table);
    if (declared === undefined) {
      const collections = new Map<string, Collection>();
      const objects = new Map<string, Fields>();
      const scope: Scope = {
        family: table.family,
        collection: (name) => collections.get(name),
        object: (kind, name) => objects.get(`${kind} ${name}`),
      };
      this.#declarations.set(table, (declared = { collections, objects, scope }));
    }
    return declared;
  }

  /** A set that can't be read is not there: whatever looks into it is unknown. */
  #collection(table: OpenTable, kind: 'set' | 'map', fields: Fields, pointer: string): void {
    const { collections, scope } = this.#declared(table);
    const sourceOf = (index: number, element: unknown): SourcePointer => ({
      artifact: this.#path,
      pointer: `${pointer}/${kind}/elem/${String(index)}`,
      text: stableText(element),
    });
    const read = readCollection(kind, fields, (expression) => readExpression(expression, scope)?.types, sourceOf);
    const unread = (what: string, source: SourcePointer): void => {
      const why = `${what} of ${kind} ${textOf(fields['name']) ?? '?'} of table ${table.name} is not understood: ${source.text.slice(0, 200)}`;
      this.#gaps.push({ topic: 'nftables', kind: 'unsupported', why, source });
    };
    if (read === undefined) {
      unread('the type', { artifact: this.#path, pointer: `${pointer}/${kind}`, text: jsonText({ ...fields, elem: undefined }) });
      return;
    }
    collections.set(read.collection.name, read.collection);
    for (const { index, element } of read.strange) unread('an element', sourceOf(index, element));
  }

  #malformed(source: SourcePointer): void {
    this.#gaps.push({
      topic: 'nftables',
      kind: 'malformed',
      why: `${this.#path}${source.pointer} is not understood: ${source.text.slice(0, 200)}`,
    });
  }

  #table(family: NetfilterFamily, name: string, fields: Fields): void {
    if (textsOf(fields['flags']).includes('dormant')) this.#dormant.add(`${family} ${name}`);
    this.tables.push({ backend: 'nftables', family, name, chains: new Map() });
  }

  #chain(table: OpenTable, fields: Fields, source: SourcePointer): void {
    const name = textOf(fields['name']);
    const base = fields['hook'] === undefined ? undefined : readBase(fields);
    if (name === undefined || (fields['hook'] !== undefined && base === undefined)) {
      this.#malformed(source);
      return;
    }
    // A dormant table is loaded and not called.
    const called = this.#dormant.has(`${table.family} ${table.name}`) ? undefined : base;
    table.chains.set(name, { name, base: called, rules: [], source });
  }

  #rule(table: OpenTable, fields: Fields, source: SourcePointer): void {
    const chain = table.chains.get(textOf(fields['chain']) ?? '');
    const statements = fields['expr'];
    if (chain === undefined || !Array.isArray(statements)) {
      this.#malformed(source);
      return;
    }
    const rule = readNativeRule(statements, source, this.#declared(table).scope);
    chain.rules.push(rule);
    this.rules.set(rule, { statements, source });
  }
}

function readBase(fields: Fields): BaseChain | undefined {
  const hook = HOOKS.find((known) => known === fields['hook']);
  const priority = readPriority(fields['prio']);
  const type = (['filter', 'nat', 'route'] as const).find((known) => known === fields['type']);
  const policy = (['accept', 'drop'] as const).find((known) => known === (fields['policy'] ?? 'accept'));
  if (hook === undefined || priority === undefined || type === undefined || policy === undefined) return undefined;
  return { hook, priority, type, policy, devices: textsOf(fields['dev']) };
}

/** A number, or in old releases a name with an offset: `filter + 10`. */
function readPriority(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const parts = /^(?:([a-z]+) *)?(?:([+-]?) *(\d+))?$/.exec(textOf(value) ?? '-');
  if (parts === null || (parts[1] === undefined && parts[3] === undefined)) return undefined;
  const base = parts[1] === undefined ? 0 : PRIORITIES[parts[1]];
  const offset = Number(parts[3] ?? 0) * (parts[2] === '-' ? -1 : 1);
  return base === undefined ? undefined : base + offset;
}
