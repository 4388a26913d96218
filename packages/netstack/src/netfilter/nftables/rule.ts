import type { Ip } from '../../address/ip.ts';
import type { Source } from '../../source.ts';
import { TRACKING_MATCHES } from '../matches/index.ts';
import type { Match, Rule, Target } from '../model.ts';
import { opaqueMatch, opaqueTarget } from '../opaque.ts';
import { fieldsOf, onlyField, textOf } from '../parse/json.ts';
import { shown } from './read-expression.ts';
import type { Scope } from './scope.ts';
import { STATEMENTS } from './statements/index.ts';

/** Statements that hold or don't, and change nothing about the packet, whatever is in them. */
const CONDITIONS: ReadonlySet<string> = new Set(['match', 'limit', 'quota', 'ct count', 'set']);

const TRACKING: ReadonlySet<string> = new Set([
  'ct',
  'ct count',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'connlimit',
  'dnat',
  'flow',
  'masquerade',
  'redirect',
  'snat',
  'synproxy',
]);

/**
 * The statements of a native rule: conditions gather in front of what acts, and what stands behind an action is the rule's rest. What is
 * not understood is a match or a target that answers unknown.
 */
export function readNativeRule(statements: readonly unknown[], source: Source, scope: Scope): Rule {
  const parts: { matches: readonly Match[]; target: Target | undefined }[] = [];
  let matches: Match[] = [];
  let onlyTo: Ip | undefined;
  for (const json of statements) {
    const [name, content] = onlyField(json) ?? ['?', undefined];
    const statement = STATEMENTS.get(name)?.(content, scope);
    if (statement === undefined && CONDITIONS.has(name)) {
      matches.push(opaqueMatch(name, shown(json)));
      continue;
    }
    switch (statement?.kind) {
      case 'inert':
        break;
      case 'condition':
        matches.push({ name, test: statement.test });
        if (parts.length === 0) onlyTo ??= statement.onlyTo;
        break;
      case 'action':
      case undefined:
        parts.push({
          matches,
          target: statement === undefined ? opaqueTarget(name, shown(json)) : { name: targetName(name), apply: statement.apply },
        });
        matches = [];
        break;
      default:
        statement satisfies never;
    }
  }
  if (matches.length > 0 || parts.length === 0) parts.push({ matches, target: undefined });
  return assembled(parts, refersToTracking(statements), onlyTo, source);
}

function assembled(
  parts: readonly { readonly matches: readonly Match[]; readonly target: Target | undefined }[],
  tracked: boolean,
  onlyTo: Ip | undefined,
  source: Source,
): Rule {
  const rest = parts.slice(1).reduceRight<Rule | undefined>((then, part) => ({ ...part, tracks: false, source, then }), undefined);
  const first = parts[0] ?? { matches: [], target: undefined };
  return { ...first, tracks: tracked, ...(onlyTo === undefined ? {} : { onlyTo }), then: rest, source };
}

/** As iptables names it, where it has the same. */
function targetName(name: string): string {
  return name.toUpperCase();
}

/** Does any expression, however deep, refer to connection tracking? */
export function refersToTracking(value: unknown): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) for (const item of next as unknown[]) open.push(item);
    const fields = fieldsOf(next);
    if (fields === undefined) continue;
    for (const [name, content] of Object.entries(fields)) {
      if (TRACKING.has(name) || (name === 'xt' && TRACKING_MATCHES.has(textOf(fieldsOf(content)?.['name']) ?? ''))) return true;
      open.push(content);
    }
  }
  return false;
}
