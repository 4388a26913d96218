import assert from 'node:assert/strict';
import { LEVELS, type Suspicion } from '@skoop/core';

/** Is it one that a report can show? `areas`: what its code may begin with, `ACME`. */
export function assertSuspicion(suspicion: Suspicion, areas: readonly string[]): void {
  const { code, level, on, message, remedy } = suspicion;
  // A plugin's, and so from outside: whatever its type says.
  const evidence: unknown = suspicion.evidence;
  assert.match(String(code), /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/, `the code "${String(code)}" must be AREA_WHAT in upper case`);
  assert.ok(
    areas.some((area) => code.startsWith(`${area}_`)),
    `the code ${code} must begin with the plugin's own area: ${areas.map((area) => `${area}_`).join(', ')}`,
  );
  assert.ok(LEVELS.includes(level), `${code}: the level "${String(level)}" must be one of ${LEVELS.join(', ')}`);
  assert.ok(
    typeof on.type === 'string' && on.type !== '' && typeof on.id === 'string' && on.id !== '',
    `${code}: "on" must name a thing by type and id`,
  );
  assert.ok(
    typeof message === 'string' && message.trim() !== '' && !message.includes('\n'),
    `${code}: the message must be one sentence on one line`,
  );
  assert.equal(typeof remedy, 'string', `${code}: the remedy must be a text, '' for a mere fact`);
  assert.ok(level === 'INFO' || remedy !== '', `${code}: what is a ${level} must say what to do about it`);
  assert.ok(Array.isArray(evidence), `${code}: the evidence must be a list`);
  for (const one of suspicion.evidence) {
    const isLine = 'artifact' in one && typeof one.artifact === 'string' && typeof one.text === 'string';
    const isField = 'object' in one && typeof one.object.kind === 'string' && (one.path === '' || one.path.startsWith('/'));
    assert.ok(isLine || isField, `${code}: evidence must be a line of an artifact, or a field of an object by a JSON pointer`);
  }
}

/** The codes that were given must have pages. */
export function assertPages(codes: Iterable<string>, pages: ReadonlySet<string>): void {
  const without = [...new Set(codes)].filter((code) => !pages.has(code));
  assert.deepEqual(without, [], `every code must have a page in the folder that the manifest's "codes" names`);
}
