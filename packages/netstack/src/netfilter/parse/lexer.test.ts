import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lex } from './lexer.ts';

describe('a line is split as iptables-restore splits it', () => {
  test.each<[why: string, line: string, words: readonly string[] | undefined]>([
    ['blanks of any number and kind separate', '-A  INPUT\t-j ACCEPT ', ['-A', 'INPUT', '-j', 'ACCEPT']],
    ['a carriage return is a letter like others', 'a \rb', ['a', '\rb']],
    ['quotes keep blanks', '--comment "a  b"', ['--comment', 'a  b']],
    ['backslashes escape inside quotes', String.raw`"it\'s \"q\" \\ $ # *"`, [`it's "q" \\ $ # *`]],
    ['a backslash outside of quotes is itself', String.raw`a\"b" c`, [String.raw`a\b`, 'c']],
    ['an empty word is a word if it is quoted', '--comment "" -j X', ['--comment', '', '-j', 'X']],
    ['a quote that closes ends the word', '"a b"c"d"-j', ['a b', 'cd', '-j']],
    ['an open quote is no line', '--comment "a b', undefined],
    ['an escaped quote does not close', String.raw`"a \"`, undefined],
    ['nothing', '', []],
  ])('%s', (_why, line, words) => {
    expect(lex(line)?.map((token) => token.text)).toEqual(words);
  });

  test('a quoted word is told apart', () => {
    expect(lex('! "!"')).toEqual([
      { text: '!', quoted: false },
      { text: '!', quoted: true },
    ]);
  });

  test('whatever is quoted as iptables quotes it comes back', () => {
    const quoted = (text: string) => `"${text.replace(/["'\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        (words) => JSON.stringify(lex(words.map(quoted).join(' '))?.map((token) => token.text)) === JSON.stringify(words),
      ),
    );
  });
});
