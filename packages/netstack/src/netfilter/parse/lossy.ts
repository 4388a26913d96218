import type { Gap, Topic } from '../../source.ts';
import type { Chain, Rule, Table } from '../model.ts';
import { opaqueRule } from '../opaque.ts';
import { fieldsOf, jsonText, onlyField, textOf } from './json.ts';
import { lex } from './lexer.ts';
import type { NativeRule, Ruleset } from './nft.ts';

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
 * map looks like a rule that only counts. Such a rule is made unknown here, told by what nft prints in its place.
 */
export function withNativeRules(table: Table, ruleset: Ruleset, gaps: Gap[]): Table {
  if (table.backend !== 'iptables-nft') return table;
  const native = ruleset.tables.find((candidate) => candidate.family === table.family && candidate.name === table.name);
  if (native === undefined) return table;
  const chains = new Map<string, Chain>(table.chains);
  for (const chain of native.chains.values()) {
    const saved = chains.get(chain.name);
    if (saved === undefined) {
      const why = `chain ${chain.name} of table ${table.name} is not in iptables-save: it was made by nft`;
      gaps.push({ topic: TOPIC, kind: 'unsupported', why, source: chain.source });
      chains.set(chain.name, chain);
    } else chains.set(chain.name, compared(saved, chain, ruleset, table.name, gaps));
  }
  const tracks = [...native.chains.values()].some((chain) => chain.rules.some((rule) => rule.tracks));
  const { size: _size, called: _called, ...rest } = table;
  return { ...rest, chains, ...(table.tracks === undefined ? {} : { tracks: table.tracks || tracks }) };
}

function compared(saved: Chain, native: Chain, ruleset: Ruleset, table: string, gaps: Gap[]): Chain {
  if (saved.rules.length !== native.rules.length) {
    const why = `chain ${saved.name} of table ${table} has ${String(native.rules.length)} rules in nft and ${String(saved.rules.length)} in iptables-save`;
    gaps.push({ topic: TOPIC, kind: 'unsupported', why, source: saved.source });
    const tracks = native.rules.some((rule) => rule.tracks);
    return withRules(saved, [opaqueRule(why, saved.source, tracks), ...saved.rules]);
  }
  let same = true;
  const rules = saved.rules.map((rule, i): Rule => {
    const other = native.rules[i];
    const printed = other === undefined ? undefined : ruleset.rules.get(other);
    const lost = printed === undefined || rule.matches[0]?.name === '?' ? undefined : lostIn(rule, printed);
    if (lost === undefined || other === undefined) return rule;
    same = false;
    const why = `a rule of chain ${saved.name} of table ${table} holds ${lost}, which iptables-save can't print`;
    gaps.push({ topic: TOPIC, kind: 'unsupported', why, source: rule.source });
    return opaqueRule(why, rule.source, rule.tracks || other.tracks);
  });
  return same ? saved : withRules(saved, rules);
}

/** Field by field: a chain that builds its rules late is no plain object. */
function withRules({ name, base, source }: Chain, rules: readonly Rule[]): Chain {
  return { name, base, source, rules };
}

/** The first statement of nft's that iptables' line does not show; `undefined` where it shows them all. */
function lostIn(rule: Rule, native: NativeRule): string | undefined {
  const tokens = lex(rule.source.text)?.map((token) => token.text) ?? [];
  const words = new Set(tokens);
  let extensions = 0;
  for (const [i, token] of tokens.entries()) {
    if (token === '-j' || token === '-m' || token === '-g') words.add(`${token} ${tokens[i + 1] ?? ''}`);
    if (token === '-j' || token === '-m') extensions++;
  }
  const shown = (statement: unknown): boolean => expectedWords(statement).some((word) => word === '' || words.has(word));
  const nameless = native.statements.filter(isNameless);
  const lost = native.statements.find((statement) => !isNameless(statement) && !shown(statement));
  if (lost !== undefined) return jsonText(lost).slice(0, 160);
  const named = native.statements.filter((statement) => !isNameless(statement) && usesExtension(statement)).length;
  return nameless.length + named <= extensions ? undefined : jsonText(nameless[0]).slice(0, 160);
}

/** nft 0.9 tells of an extension only that there is one: iptables-save must name as many. */
function isNameless(statement: unknown): boolean {
  const [name, content] = onlyField(statement) ?? [];
  return name === 'xt' && content === null;
}

/** Is it shown by a `-m` or `-j` of its own? */
function usesExtension(statement: unknown): boolean {
  return expectedWords(statement).some((word) => word.startsWith('-m ') || word.startsWith('-j '));
}

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
