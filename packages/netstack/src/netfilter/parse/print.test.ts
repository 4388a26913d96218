import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { type Token, lex } from './lexer.ts';
import { printWords, shellWord, shellWords } from './print.ts';

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.stringMatching(/^[-!"'\\$` a]{0,6}$/),
  fc.constantFrom('!', '-A', '--comment', '', '"', '\\'),
);

describe('words as iptables-save writes them', () => {
  test('what is printed is read as the same words', () => {
    const token = fc.record({ text: word, quoted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(token), (words) => {
        // A line has no line breaks; whatever needs quotes has some.
        const given = words.map(({ text, quoted }): Token => {
          const shown = text.replaceAll('\n', '');
          return { text: shown, quoted: quoted || /^$|[ \t"]/.test(shown) };
        });
        expect(lex(printWords(given))).toEqual(given);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    String.raw`-A INPUT -m comment --comment "it\'s \"q\" \\ $ # *"`,
    '-A INPUT ! -s 10.0.0.0/8 -m comment --comment ""',
    '-A INPUT -m comment --comment "!" -m comment --comment -dash',
  ])('%s', (line) => {
    expect(printWords(lex(line) ?? [])).toBe(line);
  });
});

describe('words for a shell', () => {
  test('the shell hands on what was meant', () => {
    const given = fc.sample(word, { numRuns: 300, seed: 1 }).map((text) => text.replaceAll('\0', ''));
    const said = execFileSync('sh', ['-c', `printf '%s\\0' ${given.map(shellWord).join(' ')}`], { encoding: 'utf8' });
    expect(said.split('\0').slice(0, -1)).toEqual(given);
  });

  test.each<[line: string, words: string | undefined]>([
    ['INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --dport 80:90 -j DROP', 'INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --dport 80:90 -j DROP'],
    ['INPUT -m comment --comment "costs $(reboot)" -j DROP', "INPUT -m comment --comment 'costs $(reboot)' -j DROP"],
    [String.raw`INPUT -m comment --comment "it\'s"`, String.raw`INPUT -m comment --comment 'it'\''s'`],
    ['$(reboot) -j DROP', "'$(reboot)' -j DROP"],
    ['INPUT -m comment --comment ""', "INPUT -m comment --comment ''"],
    ['INPUT -m comment --comment "open', undefined],
  ])('%s', (line, words) => {
    expect(shellWords(line)).toBe(words);
  });
});
