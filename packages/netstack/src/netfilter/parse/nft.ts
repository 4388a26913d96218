import type { Gap, SourcePointer } from '../../source.ts';
import type { BaseChain, Chain, NetfilterFamily, Table } from '../model.ts';
import { readCollection } from '../nftables/collection.ts';
import { readExpression } from '../nftables/read-expression.ts';
import { readNativeRule, refersToTracking } from '../nftables/rule.ts';
import type { Collection, Scope } from '../nftables/scope.ts';
import { LateChain } from './late-chain.ts';
import { type Fields, fieldsOf, jsonText, stableText, textOf, textsOf } from './json.ts';

/** The statements of a rule as nft prints them. */
export type Statements = readonly unknown[];

/** Every table, those of iptables-nft as well, with the rules as far as they are understood. */
export interface Ruleset {
  readonly tables: readonly NativeTable[];
}

interface NativeTable extends Table {
  readonly chains: ReadonlyMap<string, NativeChain>;
}

/** A chain whose rules are read when the first packet comes to it. */
export interface NativeChain extends Chain {
  /** Its rules as nft prints them. */
  readonly printed: readonly Statements[];
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
  const reader = new RulesetReader(items, path, gaps);
  for (const pass of ['declaration', 'rule'] as const)
    for (const [i, item] of items.entries()) {
      const fields = fieldsOf(item) ?? {};
      for (const kind in fields) if ((kind === 'rule') === (pass === 'rule')) reader.read(kind, fieldsOf(fields[kind]), i, item);
    }
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

interface OpenTable extends Table {
  readonly chains: Map<string, OpenChain>;
  tracks: boolean;
  size: number;
}

class OpenChain extends LateChain implements NativeChain {
  readonly printed: Statements[] = [];
  /** Where each of them stands. */
  readonly indexes: number[] = [];
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
  readonly #byFamily = new Map<NetfilterFamily, Map<string, OpenTable>>();
  readonly #items: readonly unknown[];
  readonly #path: string;
  readonly #gaps: Gap[];
  readonly #dormant = new Set<string>();
  readonly #declarations = new Map<OpenTable, Declared>();

  constructor(items: readonly unknown[], path: string, gaps: Gap[]) {
    this.#items = items;
    this.#path = path;
    this.#gaps = gaps;
  }

  read(kind: string, fields: Fields | undefined, index: number, item: unknown): void {
    const isObject = OBJECTS.has(kind);
    if (kind !== 'table' && kind !== 'chain' && kind !== 'rule' && kind !== 'set' && kind !== 'map' && !isObject) return;
    const isCollection = kind === 'set' || kind === 'map';
    const family = FAMILIES.find((known) => known === fields?.['family']);
    const name = textOf(kind === 'table' ? fields?.['name'] : fields?.['table']);
    if (fields === undefined || family === undefined || name === undefined) {
      this.#malformed(index, item);
      return;
    }
    if (kind === 'table') {
      this.#table(family, name, fields);
      return;
    }
    const table = this.#byFamily.get(family)?.get(name);
    if (table === undefined) this.#malformed(index, item);
    else if (kind === 'chain') this.#chain(table, fields, index, item);
    else if (kind === 'rule') this.#rule(table, fields, index, item);
    else if (isCollection) this.#collection(table, kind, fields, `/nftables/${String(index)}`);
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

  #sourceOf(index: number, item: unknown): SourcePointer {
    return { artifact: this.#path, pointer: `/nftables/${String(index)}`, text: stableText(item) };
  }

  #malformed(index: number, item: unknown): void {
    const source = this.#sourceOf(index, item);
    this.#gaps.push({
      topic: 'nftables',
      kind: 'malformed',
      why: `${this.#path}${source.pointer} is not understood: ${source.text.slice(0, 200)}`,
    });
  }

  #table(family: NetfilterFamily, name: string, fields: Fields): void {
    if (textsOf(fields['flags']).includes('dormant')) this.#dormant.add(`${family} ${name}`);
    const table: OpenTable = { backend: 'nftables', family, name, chains: new Map<string, OpenChain>(), tracks: false, size: 0 };
    this.tables.push(table);
    const tables = this.#byFamily.get(family) ?? new Map<string, OpenTable>();
    // Of two with one name, which nft does not print, the first is meant.
    if (!tables.has(name)) this.#byFamily.set(family, tables.set(name, table));
  }

  #chain(table: OpenTable, fields: Fields, index: number, item: unknown): void {
    const name = textOf(fields['name']);
    const base = fields['hook'] === undefined ? undefined : readBase(fields);
    if (name === undefined || (fields['hook'] !== undefined && base === undefined)) {
      this.#malformed(index, item);
      return;
    }
    // A dormant table is loaded and not called.
    const called = this.#dormant.has(`${table.family} ${table.name}`) ? undefined : base;
    const chain: OpenChain = new OpenChain(
      name,
      called,
      () => this.#sourceOf(index, item),
      () =>
        chain.printed.map((statements, i) =>
          readNativeRule(
            statements,
            this.#sourceOf(chain.indexes[i] ?? 0, this.#items[chain.indexes[i] ?? 0]),
            this.#declared(table).scope,
          ),
        ),
    );
    table.chains.set(name, chain);
  }

  #rule(table: OpenTable, fields: Fields, index: number, item: unknown): void {
    const chain = table.chains.get(textOf(fields['chain']) ?? '');
    const statements = fields['expr'];
    if (chain === undefined || !Array.isArray(statements)) {
      this.#malformed(index, item);
      return;
    }
    chain.printed.push(statements);
    chain.indexes.push(index);
    table.size++;
    table.tracks ||= refersToTracking(statements);
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
