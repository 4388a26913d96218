import { jsonText, onlyField } from '../parse/json.ts';
import type { Expression } from './expression.ts';
import { EXPRESSIONS } from './expressions/index.ts';
import type { Scope } from './scope.ts';

/** Deeper than anybody nests expressions, and than the stack would take from a hostile dump. */
const DEEPEST = 32;

/** `undefined` where it is a constant, or an expression that is not modelled. */
export function readExpression(json: unknown, scope: Scope): Expression | undefined {
  return readAt(json, scope, 0);
}

function readAt(json: unknown, scope: Scope, depth: number): Expression | undefined {
  const [name, content] = onlyField(json) ?? ['', undefined];
  const reader = depth > DEEPEST ? undefined : EXPRESSIONS.get(name);
  return reader?.(content, scope, (inner, within) => readAt(inner, within, depth + 1));
}

/** For people: an expression or statement as nft printed it, cut where it is long. */
export function shown(json: unknown): string {
  const text = jsonText(json);
  return `nftables ${text.length > 160 ? `${text.slice(0, 160)}…` : text}`;
}
