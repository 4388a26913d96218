import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MATCHES } from './matches/index.ts';
import { UNDECIDED_MATCHES } from './matches/undecided.ts';
import { UNDECIDED_TARGETS } from './targets/undecided.ts';
import { EXPRESSIONS } from './nftables/expressions/index.ts';
import { STATEMENTS } from './nftables/statements/index.ts';
import { TARGETS } from './targets/index.ts';

const page = readFileSync(new URL('../../../../docs/model.md', import.meta.url), 'utf8');

/** The names in the first paragraph under a heading. */
function listed(heading: string): string[] {
  const paragraph = page.split(`## ${heading}\n\n`)[1]?.split('\n\n')[0] ?? '';
  return paragraph
    .split(',')
    .map((name) => name.trim().replaceAll(/\s+/g, ' ').replaceAll('`', ''))
    .filter((name) => name !== '');
}

describe('docs/model.md names what is evaluated, no more and no less', () => {
  test('matches', () => {
    expect(listed('Matches of iptables')).toEqual([...MATCHES.keys()].sort());
  });

  test('what is left open, and why', () => {
    const reasons = [...UNDECIDED_MATCHES, ...UNDECIDED_TARGETS].map(([name, why]) => `- ${name}: ${why}`);
    expect(page.split('\n').filter((line) => /^- \w+: /.test(line))).toEqual(reasons);
  });

  test('targets', () => {
    expect(listed('Targets of iptables')).toEqual([...TARGETS.keys()].sort());
  });

  test('expressions', () => {
    expect(listed('Expressions of nftables')).toEqual([...EXPRESSIONS.keys()].sort());
  });

  test('statements', () => {
    expect(listed('Statements of nftables')).toEqual([...STATEMENTS.keys()].sort());
  });
});
