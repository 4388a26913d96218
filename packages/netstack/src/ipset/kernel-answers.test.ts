import { describe, expect, test } from '@jest/globals';
import { modelAnswers, readKernelAnswers } from '../netfilter/__fixtures__/kernel-answers.ts';

const kernel = readKernelAnswers(new URL('__fixtures__/kernel-answers.txt', import.meta.url));

describe('sets: the model answers as Linux 6.18 did', () => {
  test.each(kernel.rows)('$args', ({ args, answers }) => {
    expect(modelAnswers(args, kernel)).toBe(answers);
  });
});
