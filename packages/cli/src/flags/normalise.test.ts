import { describe, expect, test } from '@jest/globals';
import { parseDuration } from './duration.ts';
import type { Flag } from './flag.ts';
import { normaliseArguments } from './normalise.ts';
import { parseWhole } from './number.ts';

const FLAGS: readonly Flag[] = [
  { name: 'flannel-ip-masq', type: 'boolean', description: '', default: true },
  { name: 'preserve-collector-pod', type: 'boolean', description: '' },
  { name: 'snapshot', type: 'string', description: '' },
  { name: 'src', type: 'string', char: 's', aliases: ['source'], description: '' },
  { name: 'nodes', type: 'string-list', description: '' },
];

describe('forms that Go programs take', () => {
  test.each<[name: string, argv: readonly string[], rest: readonly string[], explicit: Record<string, boolean>]>([
    ['-v=3 is three times -v', ['-v=3', 'a'], ['-v', '-v', '-v', 'a'], {}],
    ['-v=0 is none', ['-v=0'], [], {}],
    ['a boolean with false', ['--flannel-ip-masq=false', 'a'], ['a'], { 'flannel-ip-masq': false }],
    ['a boolean with true', ['--preserve-collector-pod=true'], [], { 'preserve-collector-pod': true }],
    ['Go takes 1 and T as well', ['--preserve-collector-pod=T'], [], { 'preserve-collector-pod': true }],
    ['a text flag keeps its value, whatever it is', ['--snapshot=true'], ['--snapshot=true'], {}],
    ['an unknown flag is left for the error', ['--nope=true'], ['--nope=true'], {}],
    ['nothing is touched after --', ['--', '-v=3'], ['--', '-v=3'], {}],
  ])('%s', (_name, argv, rest, explicit) => {
    expect(normaliseArguments(argv, FLAGS)).toEqual({ argv: rest, explicit });
  });
});

describe('a flag with one value that is given several times: the last one counts', () => {
  test.each<[argv: readonly string[], rest: readonly string[]]>([
    [
      ['--snapshot', 'a', '--snapshot', 'b'],
      ['--snapshot', 'b'],
    ],
    [
      ['--snapshot=a', 'x', '--snapshot', 'b', 'y'],
      ['x', '--snapshot', 'b', 'y'],
    ],
    [['-s', 'a', '--source=b', '--src', 'c', '-sd'], ['-sd']],
    [
      ['-s=a', '-s', '--snapshot', '--snapshot', 'b'],
      ['-s', '--snapshot', '--snapshot', 'b'],
    ],
    [
      ['--nodes', 'a', '--nodes', 'b'],
      ['--nodes', 'a', '--nodes', 'b'],
    ],
    [
      ['--nodes', '--snapshot', '--snapshot', 'b'],
      ['--nodes', '--snapshot', '--snapshot', 'b'],
    ],
    [
      ['--nope', 'a', '--nope', 'b', '-v', '-v'],
      ['--nope', 'a', '--nope', 'b', '-v', '-v'],
    ],
    [
      ['--snapshot', 'a', '--', '--snapshot', 'b'],
      ['--snapshot', 'a', '--', '--snapshot', 'b'],
    ],
  ])('%j', (argv, rest) => {
    expect(normaliseArguments(argv, FLAGS).argv).toEqual(rest);
  });
});

describe('durations', () => {
  test.each<[text: string, ms: number | undefined]>([
    ['60s', 60_000],
    ['2m', 120_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['30', 30_000],
    ['0', 0],
    ['', undefined],
    ['fast', undefined],
    ['10 s', undefined],
    ['-5s', undefined],
    ['5d', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('whole numbers', () => {
  test.each<[text: string, value: number | undefined]>([
    ['16384', 16384],
    ['0x4000', 0x4000],
    ['0X4000', 0x4000],
    ['-1', undefined],
    ['1.5', undefined],
    ['', undefined],
    ['99999999999999999999', undefined],
  ])('%s', (text, value) => {
    expect(parseWhole(text)).toBe(value);
  });
});
