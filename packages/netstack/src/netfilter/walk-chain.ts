import type { Packet } from '../packet/packet.ts';
import type { Source } from '../source.ts';
import { candidates } from './candidates.ts';
import type { Chain, MatchContext, MatchResult, Rule, Table, TargetResult, UnknownWay, Zone } from './model.ts';
import { isIdle, noteIdle, noteVisit } from './visits.ts';
import type { ChainResult, ChainVerdict, Chooser, RuleVisit } from './walk.types.ts';

/** Where the walk goes on when a chain ends. */
interface Frame {
  readonly rules: readonly Rule[];
  readonly next: number;
  /** Jumps and gotos that led here. A goto leaves no frame, but may go round in a circle as well. */
  readonly depth: number;
}

const ruleCounts = new WeakMap<Table, number>();

/** More visits of rules than any sane ruleset needs; what is beyond is unknown, so that a hostile dump can't hold the walk. */
function budgetOf(table: Table): number {
  let count = table.size ?? ruleCounts.get(table);
  if (count === undefined) {
    count = 0;
    for (const chain of table.chains.values()) count += chain.rules.length;
    ruleCounts.set(table, count);
  }
  return 10_000 + 4 * count;
}

/**
 * Walks a base chain: rules in order, jumps with a way back, gotos without one, RETURN in a base chain is its policy
 * (linux: `ipt_do_table`, `nft_do_chain`).
 *
 * Where the tables leave it open the chooser decides, so one call is one way through.
 *
 * @param visits where to note every rule that fits, for who wants to know; it costs
 */
export function walkChain(table: Table, chain: Chain, context: MatchContext, chooser: Chooser, visits?: RuleVisit[]): ChainResult {
  const evidence: Source[] = [];
  const stack: Frame[] = [];
  let current: MatchContext = context;
  let connectionMark: number | undefined;
  let notrack = false;
  let zone: Zone | undefined;
  // No rule changes the destination and goes on, so what can't fit it is left out at once.
  let rules = candidates(chain, context.packet.dst);
  let index = 0;
  let depth = 0;
  let budget = budgetOf(table);
  const end = (verdict: ChainVerdict): ChainResult => ({
    verdict,
    packet: current.packet,
    connectionMark,
    notrack,
    zone,
    evidence,
    visits,
  });
  // Outside of filter a target may well change the packet: where it goes then, nobody can say.
  const anyWay: readonly UnknownWay[] =
    table.backend !== 'nftables' && (table.name === 'filter' || table.name === 'security')
      ? ['continue', 'accept', 'drop']
      : ['continue', 'accept', 'drop', 'unknown'];
  const ask = (construct: string, rule: Rule, ways = anyWay) => ({ kind: chooser.unknown(construct, [rule.source], ways), construct });
  const policy = (): ChainResult => {
    evidence.push(chain.source);
    visits?.push({ kind: 'policy', verdict: chain.base?.policy ?? 'accept' });
    return end(chain.base?.policy === 'drop' ? { kind: 'drop', by: 'policy' } : { kind: 'accept' });
  };

  let rest: Rule | undefined;

  for (;;) {
    const rule: Rule | undefined = rest ?? rules[index];
    if (rule === undefined) {
      const back = stack.pop();
      if (back === undefined) return policy();
      ({ rules, next: index, depth } = back);
      continue;
    }
    if (rest === undefined) index++;
    rest = undefined;
    if (budget-- <= 0) return end(chooser.unknown(`table ${table.name} takes too long to walk`, [rule.source], OPEN_END));
    const acted = act(rule, current, table, chooser);
    if (acted === undefined) {
      if (visits !== undefined) noteIdle(visits, rule, current, table);
      continue;
    }
    if (acted.by !== undefined) evidence.push(acted.by);
    if (evidence.at(-1) !== rule.source) evidence.push(rule.source);
    let result: Exclude<Settled, { kind: 'jump' | 'goto' | 'unknown' }> | ReturnType<typeof ask>;
    if (acted.kind === 'jump' || acted.kind === 'goto') {
      const to = table.chains.get(acted.chain);
      if (to !== undefined && depth < table.chains.size) {
        if (visits !== undefined) noteVisit(visits, rule, acted);
        if (acted.kind === 'jump') stack.push({ rules, next: index, depth });
        rules = candidates(to, context.packet.dst);
        index = 0;
        depth++;
        continue;
      }
      result = ask(`chain ${acted.chain} ${to === undefined ? `is not in table ${table.name}` : 'jumps in a circle'}`, rule);
    } else result = acted.kind === 'unknown' ? ask(acted.construct, rule, acted.ways) : acted;
    if (visits !== undefined) noteVisit(visits, rule, result);
    switch (result.kind) {
      case 'continue': {
        rest = rule.then;
        if ('construct' in result) break;
        if (result.connectionMark !== undefined) connectionMark = result.connectionMark;
        current = changed(current, result.packet, result.connectionMark);
        break;
      }
      case 'zone':
        // The first decision about tracking is the last.
        zone ??= result.zone;
        rest = rule.then;
        break;
      case 'notrack':
        rest = rule.then;
        if (zone !== undefined) break;
        notrack = true;
        current = { ...current, tracking: { ...current.tracking, state: 'UNTRACKED', entry: undefined } };
        break;
      case 'return': {
        const back = stack.pop();
        if (back === undefined) return policy();
        ({ rules, next: index, depth } = back);
        break;
      }
      case 'accept':
        return end({ kind: 'accept' });
      case 'drop':
        return end({ kind: 'drop', by: 'rule' });
      case 'reject':
        return end({ kind: 'reject', with: result.with });
      case 'unknown':
        return end({ kind: 'unknown', construct: result.construct });
      case 'nat':
        return end({ kind: 'nat', request: result.request });
      default:
        return result satisfies never;
    }
  }
}

const OPEN_END: readonly ChainVerdict[] = [{ kind: 'accept' }, { kind: 'drop', by: 'rule' }];

type Settled = Exclude<TargetResult, { kind: 'choose' | 'break' }>;

/** What the rule does, or `undefined` where it does not fit or does nothing. Asks the chooser only where the answer matters. */
function act(rule: Rule, context: MatchContext, table: Table, chooser: Chooser): Settled | undefined {
  if (rule.target === undefined) return undefined;
  let open: Exclude<MatchResult, boolean>[] | undefined;
  for (const match of rule.matches) {
    const result = match.test(context);
    if (result === false) return undefined;
    if (result !== true) (open ??= []).push(result);
  }
  let result = rule.target.apply(context);
  if (rule.then === undefined && isIdle(result, table)) return undefined;
  if (open !== undefined && !fits(open, rule, chooser)) return undefined;
  while (result.kind === 'choose')
    result =
      result.construct === undefined
        ? chooser.pick(result.options, (option) => option.weight).result
        : chooser.unknown(result.construct, [rule.source], result.options).result;
  return result.kind === 'break' ? undefined : result;
}

/** One question for all that is unknown, then one for each chance. */
function fits(open: readonly Exclude<MatchResult, boolean>[], rule: Rule, chooser: Chooser): boolean {
  const constructs = open.flatMap((result) => (result.kind === 'unknown' ? [result.construct] : []));
  if (constructs.length > 0 && !chooser.unknown(constructs.join(', '), [rule.source], [true, false])) return false;
  return open.every((result) => result.kind === 'unknown' || chooser.chance(result.probability));
}

function changed(context: MatchContext, packet: Packet | undefined, connectionMark: number | undefined): MatchContext {
  const { entry } = context.tracking;
  const tracking =
    connectionMark === undefined || entry === undefined
      ? context.tracking
      : { ...context.tracking, entry: { ...entry, mark: connectionMark } };
  return { ...context, packet: packet ?? context.packet, tracking };
}
