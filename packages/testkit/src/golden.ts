import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Set to anything, every golden file is written anew: `SKOOP_UPDATE_GOLDEN=1 npm test`. */
const UPDATE = 'SKOOP_UPDATE_GOLDEN';

/**
 * Holds a value against the file that it was written to before, as JSON. Where there is no file yet it is written, but not in CI; with
 * `SKOOP_UPDATE_GOLDEN` set, all are written anew. Look at what changed before you commit it.
 *
 * @param file a `file:` URL: `new URL('__golden__/across-nodes.json', import.meta.url)`
 */
export function expectGolden(file: URL, value: unknown, env: Readonly<Record<string, string | undefined>> = process.env): void {
  const path = fileURLToPath(file);
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  const isThere = existsSync(path);
  if ((env[UPDATE] ?? '') !== '' || (!isThere && (env['CI'] ?? '') === '')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  assert.ok(isThere, `there is no ${path}: run once with ${UPDATE}=1, and commit it`);
  assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(path, 'utf8')), `it is not what ${path} holds; ${UPDATE}=1 writes it anew`);
}
