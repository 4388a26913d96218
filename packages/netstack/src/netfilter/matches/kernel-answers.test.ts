import { describe, expect, test } from '@jest/globals';
import { host } from '../../testing/world.ts';
import { modelAnswers, readKernelAnswers } from '../__fixtures__/kernel-answers.ts';

/** What the model can't decide; there it may not say more than that. */
const UNKNOWN = /--ahspi|--espspi|-m (?:time|string|u32)/;

describe.each([4, 6])('IPv%s: the model answers as Linux 6.18 did, or says that it does not know', (version) => {
  const kernel = readKernelAnswers(new URL(`__fixtures__/kernel-answers-${String(version)}.txt`, import.meta.url));

  test.each(kernel.rows)('$args', ({ args, answers }) => {
    const model = modelAnswers(args, kernel);
    expect([...model].map((answer, i) => (answer === '?' ? answers[i] : answer)).join('')).toBe(answers);
    expect(model.includes('?')).toBe(UNKNOWN.test(args));
  });
});

describe('rpfilter, in PREROUTING', () => {
  const { rows, packets } = readKernelAnswers(new URL('__fixtures__/kernel-answers-rpfilter.txt', import.meta.url));
  const links = [
    { name: 'e0', addresses: ['198.51.107.1/24'] },
    { name: 'e1', addresses: ['198.51.108.1/24'] },
  ];
  const [namespace] = host('m', {
    m: { links, routes: ['default dev e1', 'broadcast 198.51.107.255 dev e0 table local'] },
  }).namespaces.values();

  test.each(rows)('$args', ({ args, answers }) => {
    expect(namespace && modelAnswers(args, { packets, namespace })).toBe(answers);
  });
});
