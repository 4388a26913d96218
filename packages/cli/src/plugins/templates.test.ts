import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const templates = fileURLToPath(new URL('../../templates/', import.meta.url));
const files = readdirSync(templates, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

describe('templates of plugins', () => {
  // A formatter makes **NAME** of __NAME__ in a text, and nobody fills that in.
  test.each(files.map((path) => [path.slice(templates.length), path]))('%s keeps its places for the name', (_name, path) => {
    expect(readFileSync(path, 'utf8').match(/\*\*[A-Z]+\*\*/g)).toBeNull();
  });

  test.each(['cni', 'provider'])('the README of a %s begins with its package’s name', (kind) => {
    expect(readFileSync(join(templates, kind, 'README.md'), 'utf8')).toMatch(new RegExp(`^# skoop-${kind}-__NAME__\n`));
  });
});
