import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { context } from '../__fixtures__/context.ts';
import type { Rule } from '../model.ts';
import { bytesOf, textBetween } from './bytes.ts';
import { lex } from './lexer.ts';
import { QuickReader } from './quick-rule.ts';
import { readRule } from './rule.ts';

const SOURCE = { artifact: 'n/iptables-nft-save', line: 1, text: '' };
const CHAINS = new Set(['KUBE-SVC-1', 'INPUT', 'DNATS']);
const isChain = (name: string): boolean => CHAINS.has(name);

function quickReader(line: string, family: 4 | 6): { readonly reader: QuickReader; readonly end: number } {
  const bytes = bytesOf(line);
  const nameAt = (from: number, to: number): string => textBetween(bytes, from, to);
  const chains = { has: isChain, hasAt: (from: number, to: number) => isChain(nameAt(from, to)), nameAt };
  return { reader: new QuickReader(bytes, family, chains), end: bytes.length };
}

/** What a rule is to everybody who looks at it: names, and what each part says of a packet. */
function seen(rule: Rule): unknown {
  const { matches, target, source: _source, ...rest } = rule;
  const at = context();
  return { matches: matches.map(({ name, test: fits }) => [name, fits(at)]), target: [target?.name, say(target?.apply(at))], ...rest };
}

function say(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? '';
}

function bothWays(
  line: string,
  family: 4 | 6 = 4,
): { quick: Rule | undefined; slow: ReturnType<typeof readRule> | undefined; checked: string } {
  const { reader, end } = quickReader(line, family);
  const tokens = lex(line);
  return {
    checked: reader.check(0, end),
    quick: reader.build(0, end, SOURCE),
    slow: tokens === undefined ? undefined : readRule(tokens, family, isChain, SOURCE),
  };
}

const KNOWN = [
  '-d 10.96.0.1/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-1',
  '! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m comment --comment a/b -m tcp --dport 80 -j MARK --set-xmark 0x4000/0x4000',
  '-p tcp -m comment --comment "x" -m tcp -j DNAT --to-destination 10.244.0.3:8080',
  '-m comment --comment "x -> y" -m statistic --mode random --probability 0.33333333349 -j KUBE-SVC-1',
  '-m mark ! --mark 0x4000/0x4000 -j RETURN',
  '-i eth+ ! -o lo -m conntrack --ctstate RELATED,ESTABLISHED -g INPUT',
  '-s 10.0.0.0/255.0.255.0 -j ACCEPT',
  '-m addrtype --dst-type LOCAL -j KUBE-SVC-1',
];

describe('a rule read by stretches', () => {
  test.each(KNOWN)('%s', (line) => {
    const { quick, slow, checked } = bothWays(line);
    expect(quick).toBeDefined();
    expect(checked).toBe(quick?.tracks === true ? 'tracks' : 'plain');
    expect(slow?.malformed).toBeUndefined();
    expect(seen(quick as Rule)).toEqual(seen(slow?.rule as Rule));
  });

  test.each([
    '-m comment --comment -j -m tcp',
    '-j ACCEPT -j DROP',
    '-s -j DROP',
    '-m tcp --dport',
    '-m tcp --dport 80 -s 10.0.0.1/32',
    '-m comment --comment "open',
    '-m comment --comment "a\\"b" -j DROP',
    '- j DROP',
    '-m nonesuch --x 1 -j DROP',
  ])('is left to the other reader: %s', (line) => {
    const { quick, checked } = bothWays(line);
    expect([checked, quick]).toEqual(['other', undefined]);
  });
});

const CORPUS = readFileSync(new URL('../__fixtures__/every-construct-iptables-nft-save.txt', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => /^-A \S+ (.*)$/.exec(line)?.[1] ?? []);

const WORDS = [...new Set([...CORPUS, ...KNOWN].flatMap((line) => line.split(' ')))];
const lines = fc.oneof(
  fc.constantFrom(...CORPUS, ...KNOWN),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(' ')),
  fc
    .tuple(
      fc.constantFrom(...CORPUS, ...KNOWN),
      fc.nat(200),
      fc.nat(6),
      fc.oneof(fc.constantFrom(...WORDS, '"', ' ', '!', '\\', '-'), fc.string({ maxLength: 4 })),
    )
    .map(([line, at, length, by]) => line.slice(0, at) + by + line.slice(at + length)),
);

test('never says anything else than the reader that goes word by word', () => {
  fc.assert(
    fc.property(lines, fc.constantFrom(4 as const, 6 as const), (line, family) => {
      const { quick, slow, checked } = bothWays(line, family);
      if (checked === 'other') return;
      // What was checked can be built, and is what the slow reader makes of it.
      expect(slow?.malformed).toBeUndefined();
      expect(slow?.rule.tracks).toBe(checked === 'tracks');
      expect(quick).toBeDefined();
      expect(seen(quick as Rule)).toEqual(seen(slow?.rule as Rule));
    }),
    { numRuns: 3000 },
  );
});
