import type { Gap, Topic } from '../../source.ts';
import type { Chain, Rule, Table } from '../model.ts';
import { refersToTracking } from '../nftables/rule.ts';
import { opaqueRule } from '../opaque.ts';
import { fieldsOf, jsonText, onlyField, textOf } from './json.ts';
import type { NativeChain, Ruleset, Statements } from './nft.ts';
import type { SavedTable } from './save.ts';

const TOPIC: Topic = 'iptables-nft';

/** Which iptables options stand for which nft expressions, in any release of iptables-nft. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'ip saddr': ['-s'],
  'ip daddr': ['-d'],
  'ip6 saddr': ['-s'],
  'ip6 daddr': ['-d'],
  'ip protocol': ['-p'],
  'ip6 nexthdr': ['-p'],
  'ip frag-off': ['-f'],
  'ip ttl': ['--ttl-eq', '--ttl-lt', '--ttl-gt'],
  'ip6 hoplimit': ['--hl-eq', '--hl-lt', '--hl-gt'],
  'ip length': ['--length'],
  'ip dscp': ['--dscp', '--tos'],
  'ip6 dscp': ['--dscp', '--tos'],
  sport: ['--sport', '--sports', '--ports'],
  dport: ['--dport', '--dports', '--ports'],
  'tcp flags': ['--tcp-flags'],
  'icmp type': ['--icmp-type'],
  'icmp code': ['--icmp-type'],
  'icmpv6 type': ['--icmpv6-type'],
  'icmpv6 code': ['--icmpv6-type'],
  'meta l4proto': ['-p'],
  'meta iifname': ['-i'],
  'meta oifname': ['-o'],
  'meta mark': ['--mark'],
  'meta pkttype': ['--pkt-type'],
  'meta skuid': ['--uid-owner'],
  'meta skgid': ['--gid-owner'],
};

/** Statements that iptables prints as targets, or as a match of their own. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  accept: ['-j ACCEPT'],
  drop: ['-j DROP'],
  return: ['-j RETURN'],
  reject: ['-j REJECT'],
  log: ['-j LOG', '-j NFLOG'],
  limit: ['-m limit'],
  masquerade: ['-j MASQUERADE'],
  redirect: ['-j REDIRECT'],
  dnat: ['-j DNAT'],
  snat: ['-j SNAT'],
  notrack: ['-j NOTRACK', '-j CT'],
  queue: ['-j NFQUEUE'],
  mangle: ['-j TRACE', '-j MARK'],
};

/** Extensions that iptables prints by another name than the kernel's. */
const ALIASES: Readonly<Record<string, string>> = { conntrack: 'state', CT: 'NOTRACK' };

/**
 * Rules that somebody added with nft to a table of iptables-nft are printed by iptables-save without what it can't express: a drop by a
 * map looks like a rule that only counts. Such a rule is made unknown here, told by what nft prints in its place. Compared is text with
 * text: no rule is built.
 */
export function withNativeRules(table: SavedTable, ruleset: Ruleset, gaps: Gap[]): Table {
  if (table.backend !== 'iptables-nft') return table;
  const native = ruleset.tables.find((candidate) => candidate.family === table.family && candidate.name === table.name);
  if (native === undefined) return table;
  const others = new Map<string, Chain>();
  for (const chain of native.chains.values()) {
    const texts = table.chains.textsOf(chain.name);
    if (texts === undefined) {
      const why = `chain ${chain.name} of table ${table.name} is not in iptables-save: it was made by nft`;
      gaps.push({ topic: TOPIC, kind: 'unsupported', why, source: chain.source });
      others.set(chain.name, chain);
    } else {
      const doubts = doubtsOf(texts, chain.printed, chain.name, table.name);
      if (doubts !== undefined) others.set(chain.name, doubted(table, chain, doubts, gaps));
    }
  }
  const tracks = table.tracks === true || native.tracks === true;
  if (others.size === 0) return { ...table, tracks };
  const { size: _size, called: _called, ...rest } = table;
  return { ...rest, tracks, chains: new Map<string, Chain>([...table.chains, ...others]) };
}

/** Why rules of a chain are not to be believed: by their place, or for the chain as a whole. */
type Doubts = string | ReadonlyMap<number, string>;

function doubtsOf(texts: readonly string[], printed: readonly Statements[], chain: string, table: string): Doubts | undefined {
  if (texts.length !== printed.length)
    return `chain ${chain} of table ${table} has ${String(printed.length)} rules in nft and ${String(texts.length)} in iptables-save`;
  let doubts: Map<number, string> | undefined;
  for (const [i, text] of texts.entries()) {
    const lost = lostIn(text, printed[i] ?? []);
    if (lost !== undefined)
      (doubts ??= new Map<number, string>()).set(
        i,
        `a rule of chain ${chain} of table ${table} holds ${lost}, which iptables-save can't print`,
      );
  }
  return doubts;
}

function doubted(table: SavedTable, { name, printed }: NativeChain, doubts: Doubts, gaps: Gap[]): Chain {
  const chain = table.chains.get(name);
  if (chain === undefined) throw new RangeError(`chain ${name} is not in table ${table.name}`);
  const { base, source } = chain;
  const unsupported = (why: string, at: Rule['source']): void => {
    gaps.push({ topic: TOPIC, kind: 'unsupported', why, source: at });
  };
  if (typeof doubts === 'string') {
    unsupported(doubts, source);
    return { name, base, source, rules: [opaqueRule(doubts, source, refersToTracking(printed)), ...chain.rules] };
  }
  const rules = chain.rules.map((rule, i) => {
    const why = doubts.get(i);
    if (why === undefined) return rule;
    unsupported(why, rule.source);
    return opaqueRule(why, rule.source, rule.tracks || refersToTracking(printed[i]));
  });
  return { name, base, source, rules };
}

/** The first statement of nft's that iptables' line does not show; `undefined` where it shows them all. */
function lostIn(line: string, statements: Statements): string | undefined {
  const words = ` ${line.includes('"') ? line.replace(QUOTED, '""') : line} `;
  const nameless: unknown[] = [];
  let named = 0;
  for (const statement of statements) {
    if (isNameless(statement)) {
      nameless.push(statement);
      continue;
    }
    const expected = expectedWords(statement);
    if (!expected.some((word) => word === '' || words.includes(` ${word} `))) return jsonText(statement).slice(0, 160);
    if (expected.some((word) => word.startsWith('-m ') || word.startsWith('-j '))) named++;
  }
  if (nameless.length === 0) return undefined;
  const extensions = words.match(/ -[jm](?= )/g)?.length ?? 0;
  return nameless.length + named <= extensions ? undefined : jsonText(nameless[0]).slice(0, 160);
}

/** nft 0.9 tells of an extension only that there is one: iptables-save must name as many. */
function isNameless(statement: unknown): boolean {
  return fieldsOf(statement)?.['xt'] === null;
}

/** What people write stands between quotes. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** Any of these words must be in the line; '' for nothing at all, and none where iptables has no word for it. */
function expectedWords(statement: unknown): readonly string[] {
  const [name, content] = onlyField(statement) ?? ['?', undefined];
  const fields = fieldsOf(content);
  switch (name) {
    case 'counter':
      return [''];
    case 'xt': {
      const extension = textOf(fields?.['name']) ?? '';
      return [extension, ALIASES[extension]].map((word) => `${fields?.['type'] === 'target' ? '-j' : '-m'} ${word ?? extension}`);
    }
    case 'jump':
      return [`-j ${textOf(fields?.['target']) ?? ''}`];
    case 'goto':
      return [`-g ${textOf(fields?.['target']) ?? ''}`];
    case 'match':
      return matchWords(fields?.['op'], fields?.['left'], fields?.['right']);
    default:
      return Object.hasOwn(WORDS, name) ? (WORDS[name] ?? []) : [];
  }
}

function matchWords(op: unknown, left: unknown, right: unknown): readonly string[] {
  if (textOf(right)?.startsWith('@') === true || fieldsOf(right)?.['set'] !== undefined || fieldsOf(right)?.['map'] !== undefined)
    return [];
  const masked = fieldsOf(left)?.['&'];
  const [kind, content] = onlyField(Array.isArray(masked) ? masked[0] : left) ?? ['?', undefined];
  const fields = fieldsOf(content);
  const field = textOf(fields?.['field']) ?? textOf(fields?.['key']) ?? '';
  if (kind === 'payload' && (field === 'sport' || field === 'dport')) return OPTIONS[field] ?? [];
  // Only ports come as ranges or bounds.
  if ((op !== '==' && op !== '!=' && op !== '!' && op !== 'in') || fieldsOf(right)?.['range'] !== undefined) return [];
  const key = kind === 'payload' ? `${textOf(fields?.['protocol']) ?? ''} ${field}` : `${kind} ${field}`;
  return Object.hasOwn(OPTIONS, key) ? (OPTIONS[key] ?? []) : [];
}
