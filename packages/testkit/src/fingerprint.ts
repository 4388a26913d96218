import assert from 'node:assert/strict';

/** Equal for equal values: plain data, Maps, Sets and bigints, all the way down. Functions are passed over. */
export function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => {
    if (field instanceof Map) return { map: [...field] };
    if (field instanceof Set) return { set: [...field] };
    return typeof field === 'bigint' ? `${String(field)}n` : field;
  });
}

/** Runs what should be pure: twice, with the same answer, and with its arguments left as they were. */
export function assertPure<T>(what: string, run: () => T, ...inputs: readonly unknown[]): T {
  const before = inputs.map(fingerprint);
  const first = run();
  const second = run();
  assert.equal(fingerprint(second), fingerprint(first), `${what} must give the same answer for the same arguments`);
  assert.deepEqual(inputs.map(fingerprint), before, `${what} must not change what it is given: others read it too`);
  return first;
}

/** Plain data, as a report and a snapshot hold it. A field that is `undefined` is one that is left out. */
export function assertJson(what: string, value: unknown): void {
  assert.deepEqual(foreignTo(value, ''), [], `${what} must be plain JSON, since it is part of a report`);
}

/** What JSON does not have, by where it stands. */
function foreignTo(value: unknown, path: string): readonly string[] {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return [];
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${String(value)}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => foreignTo(item, `${path}/${String(index)}`));
  // By its tag: a plugin's objects may come from another realm.
  if (Object.prototype.toString.call(value) !== '[object Object]') return [`${path}: ${Object.prototype.toString.call(value)}`];
  return Object.entries(value).flatMap(([key, field]) => foreignTo(field, `${path}/${key}`));
}
