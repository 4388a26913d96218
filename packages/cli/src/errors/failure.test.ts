import { describe, expect, test } from '@jest/globals';
import { skoopError } from '@skoop/core';
import { type Failure, toFailure } from './failure.ts';
import { renderFailure } from './render-failure.ts';
import { usageError } from './usage-error.ts';

const fileError = (code: string): Error => Object.assign(new Error(`${code}: raw`), { code, syscall: 'open', path: '/x/y' });

describe('what was thrown, as a status and a sentence', () => {
  test.each<[name: string, thrown: unknown, expected: Partial<Failure>]>([
    [
      'a coded error of usage',
      skoopError('OBJECT_UNKNOWN', 'no pod "x"', { remedy: 'Did you mean "y"?' }),
      { exit: 2, message: 'no pod "x"', remedy: 'Did you mean "y"?' },
    ],
    ['a coded error of the cluster', skoopError('CLUSTER_UNREACHABLE', 'refused', { exit: 4 }), { exit: 4, message: 'refused' }],
    [
      "another copy's error, told by its fields",
      { name: 'SkoopError', code: 'X', message: 'm', remedy: 'r', exit: 4 },
      { exit: 4, message: 'm', remedy: 'r' },
    ],
    ['our own usage error', usageError('no such thing', 'Try another.'), { exit: 2, remedy: 'Try another.' }],
    [
      "oclif's",
      Object.assign(new Error('Nonexistent flag: --x\nSee more help with --help'), { oclif: { exit: 2 } }),
      { exit: 2, message: 'nonexistent flag: --x' },
    ],
    ['a file that is not there', fileError('ENOENT'), { exit: 2, message: "can't open /x/y: there is no such file or folder" }],
    ['a file that may not be read', fileError('EACCES'), { exit: 2 }],
    ['a bug', new TypeError('x is undefined'), { exit: 70, message: 'this is a bug in skoop: x is undefined' }],
    ['something that is no error', 'oops', { exit: 70, message: 'this is a bug in skoop: oops' }],
    ['an interrupt', Object.assign(new Error('interrupted'), { name: 'InterruptedError' }), { exit: 130 }],
  ])('%s', (_name, thrown, expected) => {
    expect(toFailure(thrown)).toMatchObject(expected);
  });

  test('a code is shown, but for mistakes on the command line', () => {
    expect(renderFailure(toFailure(skoopError('OBJECT_UNKNOWN', 'no pod "x"', { remedy: 'Look.' })), false)).toBe(
      'error: no pod "x" [OBJECT_UNKNOWN]\n  Look.\n',
    );
    expect(renderFailure(toFailure(usageError('no such thing')), false)).toBe('error: no such thing\n');
  });

  test('the stack of a bug is shown only when asked for', () => {
    const failure = toFailure(new TypeError('x'));
    expect(renderFailure(failure, false)).not.toMatch(/\n\s+at /);
    expect(renderFailure(failure, true)).toMatch(/\n\s+at /);
  });
});
