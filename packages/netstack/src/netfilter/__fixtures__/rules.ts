import type { Artifact } from '../../parse/artifact.ts';
import type { Gap } from '../../source.ts';
import type { MatchContext, MatchResult, Rule, Table } from '../model.ts';
import { parseSave } from '../parse/save.ts';

/** For tests: an artifact as a tool leaves it that succeeded. */
export function artifact(text: string, more: Partial<Artifact> = {}): Artifact {
  return { text, status: 0, error: '', truncated: false, ...more };
}

/** For tests: what the text of an iptables-save of one table says. */
export function tableOf(lines: readonly string[], name = 'filter', family: 'ip' | 'ip6' = 'ip'): { readonly table: Table; readonly gaps: readonly Gap[] } {
  const builtin = { raw: ['PREROUTING', 'OUTPUT'], nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], filter: ['INPUT', 'FORWARD', 'OUTPUT'] }[name] ?? [
    'PREROUTING',
    'INPUT',
    'FORWARD',
    'OUTPUT',
    'POSTROUTING',
  ];
  const declared = builtin.filter((chain) => !lines.some((line) => line.startsWith(`:${chain} `))).map((chain) => `:${chain} ACCEPT [0:0]`);
  const text = [`*${name}`, ...declared, ...lines, 'COMMIT', ''].join('\n');
  const { tables, gaps } = parseSave(artifact(text), { backend: 'iptables-nft', family, path: 'n/iptables-nft-save' });
  const table = tables[0];
  if (table === undefined) throw new Error('no table');
  return { table, gaps };
}

/** For tests: the one rule of a line. */
export function ruleOf(args: string, options: { readonly family?: 'ip' | 'ip6' | undefined; readonly table?: string | undefined } = {}): Rule {
  const name = options.table ?? 'filter';
  const chain = name === 'filter' ? 'INPUT' : 'PREROUTING';
  const rule = tableOf([`-A ${chain} ${args}`], name, options.family).table.chains.get(chain)?.rules[0];
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

/** For tests: what all matches of a rule say together; the first that is neither true nor false stands for unknown and chance. */
export function fits(rule: Rule, context: MatchContext): boolean | 'unknown' | number {
  const results = rule.matches.map((match) => match.test(context));
  if (results.includes(false)) return false;
  const open = results.find((result): result is Exclude<MatchResult, boolean> => typeof result === 'object');
  if (open === undefined) return true;
  return open.kind === 'unknown' ? 'unknown' : open.probability;
}
