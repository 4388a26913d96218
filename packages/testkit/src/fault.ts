import assert from 'node:assert/strict';
import type { Evidence, Suspicion } from '@skoop/core';

/** What checks must say of one fault. */
export interface Fault {
  readonly code: string;
  /** Without it: `WARNING`. */
  readonly level?: Suspicion['level'] | undefined;
  readonly on: Suspicion['on'];
  /** The message. */
  readonly says: RegExp;
  /** Each as {@link whereOf} puts it, in order. */
  readonly evidence: readonly string[];
  readonly remedy: RegExp;
}

/**
 * A fault is named: once, on its object, with what it was read from and a remedy; and nothing else is.
 *
 * @throws AssertionError where it is not so
 */
export function assertFault(found: readonly Suspicion[], { code, level = 'WARNING', on, says, evidence, remedy }: Fault): void {
  const codes = found.map((one) => one.code);
  assert.deepEqual(codes, [code], found.map(({ message }) => message).join('\n'));
  for (const one of found) {
    assert.deepEqual({ level: one.level, on: { type: one.on.type, id: one.on.id } }, { level, on: { type: on.type, id: on.id } });
    assert.match(one.message, says);
    assert.match(one.remedy, remedy);
    assert.deepEqual(one.evidence.map(whereOf), evidence);
  }
}

/** Where evidence was read: `nodes/node1/host/ip-link`, or `Node/node1 /spec/podCIDRs`. */
export function whereOf(evidence: Evidence): string {
  if (!('object' in evidence)) return evidence.artifact;
  const { kind, namespace, name } = evidence.object;
  return `${[kind, namespace, name].filter((part) => part !== undefined).join('/')} ${evidence.path}`;
}
