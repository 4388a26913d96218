import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf } from './bytes.ts';
import { Stretches } from './stretches.ts';

/** The words of a text, each added once; `hash` for all of them, where given. */
function wordsOf(words: readonly string[], hash?: number): Stretches {
  const bytes = bytesOf(`${words.join(' ')} `);
  const stretches = new Stretches(bytes);
  let at = 0;
  for (const word of words) {
    const end = at + bytesOf(word).length;
    if (stretches.find(bytes, at, end, hash) < 0) stretches.add(at, end, hash);
    at = end + 1;
  }
  return stretches;
}

function find(stretches: Stretches, word: string, hash?: number): number {
  const bytes = bytesOf(word);
  return stretches.find(bytes, 0, bytes.length, hash);
}

test('are numbered as they come, and found by what stands in them', () => {
  const stretches = wordsOf(['a', 'bc', 'a', '', 'ü']);
  expect(stretches.count).toBe(4);
  expect(['a', 'bc', '', 'ü', 'b'].map((word) => find(stretches, word))).toEqual([0, 1, 2, 3, -1]);
  expect([0, 1, 2, 3].map((n) => stretches.text(n))).toEqual(['a', 'bc', '', 'ü']);
});

test('are told from one that begins alike', () => {
  const stretches = wordsOf(['ab', 'abc']);
  expect([0, 1].map((n) => [stretches.isWordAt(n, 0), stretches.isWordAt(n, 3)])).toEqual([
    [true, false],
    [false, true],
  ]);
});

describe('any words', () => {
  test.each<[string, number | undefined]>([
    ['', undefined],
    [', that all hash alike', 7],
  ])('are the same as in a map%s', (_, hash) => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{0,3}$/), { minLength: 60, maxLength: 300 }), (words) => {
        const stretches = wordsOf(words, hash);
        const distinct = [...new Set(words)];
        expect(distinct.map((word) => find(stretches, word, hash))).toEqual(distinct.map((_word, n) => n));
        expect(find(stretches, 'none', hash)).toBe(-1);
      }),
    );
  });
});
