import { hasPorts } from '@skoop/netstack';
import { type PortRange, inRange } from '../model/port-range.ts';

/** Does a condition hold? `unclear` where something of it could not be read, with what that is. */
export type Match = 'yes' | 'no' | { readonly unclear: string };

/** One that does not hold decides, whatever is unclear beside it. */
export function allOf(matches: readonly Match[]): Match {
  if (matches.includes('no')) return 'no';
  return matches.find((match) => typeof match === 'object') ?? 'yes';
}

export function yesNo(holds: boolean): Match {
  return holds ? 'yes' : 'no';
}

export function matchProtocol(wanted: number | 'all' | undefined, protocol: number): Match {
  if (wanted === undefined) return { unclear: 'its protocol' };
  return yesNo(wanted === 'all' || wanted === protocol);
}

/** A range of ports fits nothing that has no ports. */
export function matchPorts(wanted: PortRange | 'any' | undefined, protocol: number, port: number): Match {
  if (wanted === undefined) return { unclear: 'its ports' };
  return yesNo(wanted === 'any' || (hasPorts(protocol) && inRange(wanted, port)));
}

/** What a list of rules says, one after another, where of some of them it is unclear whether they fit. */
export type Walked<R> =
  { readonly kind: 'decided'; readonly by: R | undefined } | { readonly kind: 'unclear'; readonly by: R; readonly what: string };

/**
 * The first rule that fits decides. One of which that is unclear matters only if it would decide otherwise than what comes after it.
 *
 * @param fallback what holds where none fits
 */
export function walkRules<R extends { readonly policy: 'accept' | 'drop' }>(
  rules: readonly R[],
  match: (rule: R) => Match,
  fallback: 'accept' | 'drop',
): Walked<R> {
  const open: { readonly rule: R; readonly what: string }[] = [];
  let by: R | undefined;
  for (const rule of rules) {
    const fits = match(rule);
    if (fits === 'no') continue;
    if (fits === 'yes') {
      by = rule;
      break;
    }
    open.push({ rule, what: fits.unclear });
  }
  const policy = by?.policy ?? fallback;
  const other = open.find(({ rule }) => rule.policy !== policy);
  return other === undefined ? { kind: 'decided', by } : { kind: 'unclear', by: other.rule, what: other.what };
}
