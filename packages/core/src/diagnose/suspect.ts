import type { EngineCode } from '../codes/engine-codes.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import { LEVELS, type Level, type Suspicion } from '../contracts/suspicion.ts';

/** A suspicion of the diagnosis itself. */
export function suspect(
  code: EngineCode,
  level: Level,
  on: NetNodeRef,
  message: string,
  rest: { readonly evidence?: readonly Evidence[]; readonly remedy?: string; readonly cause?: boolean } = {},
): Suspicion & { readonly cause: boolean } {
  const { evidence = [], remedy = '', cause = false } = rest;
  return { code, level, on, message, evidence, remedy, cause };
}

export function objectEvidence(
  kind: string,
  object: { readonly metadata: { readonly namespace: string; readonly name: string } },
  path: string,
  value: unknown,
): Evidence {
  const { namespace, name } = object.metadata;
  return { object: { kind, ...(namespace === '' ? {} : { namespace }), name }, path, value };
}

export function higher(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b;
}

/** One a fact, at its worst level; causes first, then by level, then in the order in which they were met. */
export function settle(suspicions: readonly Suspicion[]): readonly (Suspicion & { readonly cause: boolean })[] {
  const merged = new Map<string, Suspicion & { readonly cause: boolean }>();
  for (const suspicion of suspicions) {
    const key = JSON.stringify(
      [suspicion.code, suspicion.on.type, suspicion.on.id, suspicion.message, suspicion.evidence],
      (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
    );
    const before = merged.get(key);
    const cause = suspicion.cause ?? false;
    merged.set(
      key,
      before === undefined
        ? { ...suspicion, cause }
        : { ...before, level: higher(before.level, suspicion.level), cause: before.cause || cause },
    );
  }
  const rank = (suspicion: Suspicion): number => (suspicion.cause === true ? 0 : 10) + (3 - LEVELS.indexOf(suspicion.level));
  return [...merged.values()].sort((a, b) => rank(a) - rank(b));
}
