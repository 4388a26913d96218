import type { Gap, SourcePointer } from '../../source.ts';
import type { BaseChain, Chain, NetfilterFamily, Rule, Table } from '../model.ts';
import { type Fields, fieldsOf, jsonText, textOf, textsOf } from './json.ts';
import { readNativeRule } from './nft-rule.ts';

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
 * Reads `nft -j list ruleset`. In this release the rules' matches are not evaluated: each answers unknown.
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
  for (const [i, item] of items.entries())
    for (const [kind, content] of Object.entries(fieldsOf(item) ?? {})) reader.read(kind, fieldsOf(content), i, item);
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

class RulesetReader implements Ruleset {
  readonly tables: OpenTable[] = [];
  readonly rules = new Map<Rule, NativeRule>();
  readonly #path: string;
  readonly #gaps: Gap[];
  readonly #dormant = new Set<string>();

  constructor(path: string, gaps: Gap[]) {
    this.#path = path;
    this.#gaps = gaps;
  }

  read(kind: string, fields: Fields | undefined, index: number, item: unknown): void {
    if (kind !== 'table' && kind !== 'chain' && kind !== 'rule') return;
    const source: SourcePointer = { artifact: this.#path, pointer: `/nftables/${String(index)}`, text: jsonText(item) };
    const family = FAMILIES.find((known) => known === fields?.['family']);
    const name = textOf(kind === 'table' ? fields?.['name'] : fields?.['table']);
    if (fields === undefined || family === undefined || name === undefined) this.#malformed(source);
    else if (kind === 'table') this.#table(family, name, fields);
    else {
      const table = this.tables.find((known) => known.family === family && known.name === name);
      if (table === undefined) this.#malformed(source);
      else if (kind === 'chain') this.#chain(table, fields, source);
      else this.#rule(table, fields, source);
    }
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
    const rule = readNativeRule(statements, source);
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
