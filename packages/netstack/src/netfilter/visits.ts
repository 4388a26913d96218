import type { MatchContext, Rule, Table, TargetResult } from './model.ts';
import type { RuleVisit } from './walk.types.ts';

/** Does it make no difference whether the rule fits? */
export function isIdle(result: TargetResult, table: Table): boolean {
  if (result.kind === 'continue') return result.packet === undefined && result.connectionMark === undefined;
  if (result.kind === 'choose') return result.options.every((option) => isIdle(option.result, table));
  return result.kind === 'jump' && table.chains.get(result.chain)?.rules.length === 0;
}

/** Notes a rule that acts. What one of several parts comes to is known with its last. */
export function noteVisit(visits: RuleVisit[], rule: Rule, result: Exclude<TargetResult, { kind: 'choose' | 'break' }>): void {
  const verdict = verdictOf(result);
  const isPart = verdict === 'continue' && rule.then !== undefined;
  const to = result.kind === 'jump' || result.kind === 'goto' ? { to: result.chain } : {};
  if (!isPart) visits.push({ kind: 'rule', source: rule.source, verdict, ...to });
}

function verdictOf(result: Exclude<TargetResult, { kind: 'choose' | 'break' }>): Extract<RuleVisit, { kind: 'rule' }>['verdict'] {
  switch (result.kind) {
    case 'continue':
    case 'zone':
    case 'notrack':
      return 'continue';
    case 'nat':
      return 'accept';
    case 'reject':
      return 'drop';
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
    case 'unknown':
      return result.kind;
    default:
      return result satisfies never;
  }
}

/** Notes a rule that the walk passes by, since it does nothing, where it fits all the same. */
export function noteIdle(visits: RuleVisit[], rule: Rule, context: MatchContext, table: Table): void {
  const result = rule.target?.apply(context);
  if (result !== undefined && (rule.then !== undefined || !isIdle(result, table))) return;
  const fits = rule.matches.map((match) => match.test(context));
  if (fits.includes(false)) return;
  const jump = result?.kind === 'jump' ? { verdict: 'jump' as const, to: result.chain } : { verdict: 'continue' as const };
  const isOpen = fits.some((fit) => fit !== true) || result?.kind === 'choose';
  visits.push({ kind: 'rule', source: rule.source, ...jump, ...(isOpen ? { perhaps: true as const } : {}) });
}
