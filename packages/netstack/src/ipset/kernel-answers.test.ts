import { describe, expect, test } from '@jest/globals';
import { modelAnswers, readKernelAnswers } from '../netfilter/__fixtures__/kernel-answers.ts';

const kernel = readKernelAnswers(new URL('__fixtures__/kernel-answers.txt', import.meta.url));

describe('sets: the model answers as Linux 6.18 did', () => {
  test.each(kernel.rows.filter(({ args }) => !args.includes('bipmac')))('$args', ({ args, answers }) => {
    expect(modelAnswers(args, kernel)).toBe(answers);
  });

  test("or says that it does not know, where a frame's MAC address decides", () => {
    const row = kernel.rows.find(({ args }) => args.includes('bipmac'));
    expect(row && modelAnswers(row.args, kernel)).toBe(row?.answers.replaceAll('+', '?'));
  });
});
