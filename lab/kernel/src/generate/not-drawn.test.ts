import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildScript } from '../commands.ts';
import { draw } from './draw.ts';
import { FAMILIES } from './families/index.ts';
import { NOT_DRAWN } from './not-drawn.ts';

const page = readFileSync(new URL('../../../../docs/model.md', import.meta.url), 'utf8');
const drawn = FAMILIES.flatMap((family) =>
  Array.from({ length: 60 }, (_, seed) => buildScript(draw(family, seed).lab, (name) => name)),
).join('\n');

/** The names in the first paragraph under a heading of docs/model.md. */
function listed(heading: string): readonly string[] {
  const paragraph = page.split(`## ${heading}\n\n`)[1]?.split('\n\n')[0] ?? '';
  return paragraph.split(',').map((name) => name.trim().replaceAll(/\s+/g, ' '));
}

describe('what the model evaluates is drawn by some family, or it is said why not', () => {
  test.each([
    ['Matches of iptables', '-m'],
    ['Targets of iptables', '-j'],
  ])('%s', (heading, option) => {
    const words = new Set(drawn.split(/\s+(?=-[mj] )/).map((text) => text.split(/\s/, 2).join(' ')));
    const missing = listed(heading).map((name) => `${option} ${name}`);
    expect(missing.filter((construct) => !words.has(construct))).toEqual(
      Object.keys(NOT_DRAWN)
        .filter((name) => name.startsWith(option))
        .sort(),
    );
  });
});
