import { familyOf } from '../../address/ip.ts';
import type { Source } from '../../source.ts';
import { TRACKING_MATCHES } from '../matches/index.ts';
import type { Match, RejectWith, Rule, Target } from '../model.ts';
import { opaqueMatch, opaqueTarget } from '../opaque.ts';
import { jumpTo } from '../targets/jump.ts';
import { fieldsOf, jsonText, onlyField, textOf } from './json.ts';

/** Statements that hold or don't, and change nothing about the packet. */
const CONDITIONS: ReadonlySet<string> = new Set(['match', 'limit', 'quota', 'ct count', 'set']);
/** Statements that leave the packet and the walk as they are. */
const INERT: ReadonlySet<string> = new Set(['counter', 'log', 'comment', 'continue', 'last']);
const TRACKING: ReadonlySet<string> = new Set([
  'ct',
  'ct count',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'connlimit',
  'dnat',
  'snat',
  'masquerade',
  'redirect',
  'synproxy',
]);

/**
 * A native rule, its matches unknown: the verdict at its end is read, so that what it could do is known. A statement of any other kind
 * (a map of verdicts, a translation, a changed mark) makes the whole target unknown.
 */
export function readNativeRule(statements: readonly unknown[], source: Source): Rule {
  const conditions: string[] = [];
  let target: Target | undefined;
  let strange: string | undefined;
  for (const statement of statements) {
    const [name, content] = onlyField(statement) ?? ['?', undefined];
    if (CONDITIONS.has(name)) conditions.push(shown(statement));
    else if (!INERT.has(name) && !isTraceSwitch(name, content)) {
      if (target !== undefined) strange ??= shown(statement);
      target = readVerdict(name, content);
      if (target === undefined) strange ??= shown(statement);
    }
  }
  const matches: Match[] = conditions.length === 0 ? [] : [opaqueMatch('nftables', `nftables ${conditions.join(' ')}`)];
  return {
    matches,
    target: strange === undefined ? target : opaqueTarget('nftables', `nftables ${strange}`),
    tracks: tracks(statements),
    source,
  };
}

function shown(statement: unknown): string {
  const text = jsonText(statement);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

function isTraceSwitch(name: string, content: unknown): boolean {
  const meta = fieldsOf(fieldsOf(fieldsOf(content)?.['key'])?.['meta']);
  return name === 'mangle' && meta?.['key'] === 'nftrace';
}

function readVerdict(name: string, content: unknown): Target | undefined {
  switch (name) {
    case 'accept':
    case 'drop':
    case 'return':
      return { name: name.toUpperCase(), apply: () => ({ kind: name }) };
    case 'jump':
    case 'goto': {
      const chain = textOf(fieldsOf(content)?.['target']);
      return chain === undefined ? undefined : jumpTo(name, chain);
    }
    case 'reject':
      return readReject(content);
    default:
      return undefined;
  }
}

/** Code by name: ICMP, ICMPv6. `undefined` where the family has none of that name. */
const CODES: Readonly<Record<string, readonly [v4: number | undefined, v6: number | undefined]>> = {
  'net-unreachable': [0, undefined],
  'host-unreachable': [1, 3],
  'prot-unreachable': [2, undefined],
  'port-unreachable': [3, 4],
  'net-prohibited': [9, undefined],
  'host-prohibited': [10, undefined],
  'admin-prohibited': [13, 1],
  'no-route': [0, 0],
  'addr-unreachable': [undefined, 3],
  'policy-fail': [undefined, 5],
  'reject-route': [undefined, 6],
};

function readReject(content: unknown): Target | undefined {
  const fields = fieldsOf(content);
  const name = textOf(fields?.['expr']) ?? 'port-unreachable';
  const codes = Object.hasOwn(CODES, name) ? CODES[name] : undefined;
  const type = fields?.['type'];
  if (type === 'tcp reset') return { name: 'REJECT', apply: () => ({ kind: 'reject', with: { kind: 'tcp-reset' } }) };
  if (codes === undefined || (content !== null && fields === undefined)) return undefined;
  return {
    name: 'REJECT',
    apply: ({ packet }) => {
      const version = familyOf(packet.dst);
      const code = codes[version === 4 ? 0 : 1];
      if (code === undefined) return { kind: 'unknown', construct: `nftables reject with ${name}` };
      const answer: RejectWith = { kind: 'icmp', type: version === 4 ? 3 : 1, code };
      return { kind: 'reject', with: answer };
    },
  };
}

/** Does any expression, however deep, refer to connection tracking? */
function tracks(value: unknown): boolean {
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
