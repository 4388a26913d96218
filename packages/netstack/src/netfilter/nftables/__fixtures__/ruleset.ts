import { type Ways, explore } from '../../../trace/choices.ts';
import { context } from '../../__fixtures__/context.ts';
import type { MatchContext, Netfilter, Table } from '../../model.ts';
import { parseNft } from '../../parse/nft.ts';
import { walkChain } from '../../walk-chain.ts';
import type { ChainResult } from '../../walk.types.ts';
import type { Gap } from '../../../source.ts';

export interface Given {
  readonly family?: string;
  /** Type and hook of the chain `c`; `filter forward` where nothing is said. */
  readonly chain?: object;
  /** Other chains, without a hook, by name. */
  readonly chains?: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  /** Sets, maps and objects of the table: `{"set": {"name": …}}`. */
  readonly declared?: readonly Readonly<Record<string, object>>[];
}

/** For tests: `nft -j list ruleset` of one table `t` whose chain `c` holds these rules, each a list of statements. */
export function rulesetOf(
  rules: readonly (readonly unknown[])[],
  given: Given = {},
): { readonly table: Table; readonly netfilter: Netfilter; readonly gaps: readonly Gap[] } {
  const family = given.family ?? 'inet';
  const within = { family, table: 't' };
  const chains = Object.entries(given.chains ?? {});
  const base = { type: 'filter', hook: 'forward', prio: 0, policy: 'accept', ...given.chain };
  const rule = (chain: string) => (expr: readonly unknown[]) => ({ rule: { ...within, chain, expr } });
  const items = [
    { table: { family, name: 't' } },
    ...(given.declared ?? []).map((item) => Object.fromEntries(Object.entries(item).map(([kind, fields]) => [kind, { ...within, ...fields }]))),
    { chain: { ...within, name: 'c', ...base } },
    ...chains.map(([name]) => ({ chain: { ...within, name } })),
    ...rules.map(rule('c')),
    ...chains.flatMap(([name, list]) => list.map(rule(name))),
  ];
  const gaps: Gap[] = [];
  const tables = parseNft(JSON.stringify({ nftables: items }), 'n/nft', gaps)?.tables ?? [];
  const table = tables[0];
  if (table === undefined) throw new Error('no table');
  return { table, netfilter: { tables }, gaps };
}

/** For tests: all ways through the chain `c`. */
export function walk(rules: readonly (readonly unknown[])[], given: Given = {}, packet: MatchContext = context()): Ways<ChainResult> {
  const { table } = rulesetOf(rules, given);
  const chain = table.chains.get('c');
  if (chain === undefined) throw new Error('no chain');
  return explore((chooser) => walkChain(table, chain, packet, chooser), 1000);
}

/** For tests: does a statement hold? A probability where it is left to chance. */
export function holds(statement: unknown, given: Given = {}, packet: MatchContext = context()): boolean | 'unknown' | number {
  const ways = walk([[statement, { drop: null }]], given, packet);
  switch (ways.kind) {
    case 'end':
      return ways.value.verdict.kind === 'drop';
    case 'chance':
      return ways.branches[0]?.probability ?? 0;
    default:
      return 'unknown';
  }
}

/** For tests: the one way through; fails where it is left open. */
export function end(ways: Ways<ChainResult>): ChainResult {
  if (ways.kind !== 'end') throw new Error(`it is left open: ${ways.kind}`);
  return ways.value;
}
