import { describe, expect, test } from '@jest/globals';
import { wantsColor } from './color.ts';
import { createLogger, redact } from './logger.ts';
import { routeArguments } from './route.ts';

describe('which command is meant', () => {
  test.each<[name: string, argv: readonly string[], routed: readonly string[]]>([
    ['nothing: help', [], ['--help']],
    ["KubeSkoop's form is a diagnosis", ['-s', 'a', '-d', 'b'], ['diagnose', '-s', 'a', '-d', 'b']],
    ['any flag first is a diagnosis', ['--snapshot', 'x', 'a', 'b'], ['diagnose', '--snapshot', 'x', 'a', 'b']],
    ['a command stays', ['trace', 'x.dump', '-s', 'a'], ['trace', 'x.dump', '-s', 'a']],
    ['help of everything', ['--help'], ['--help']],
    ['help of a command, as a command', ['help', 'plugins', 'list'], ['plugins', 'list', '--help']],
    ['flags without a value may stand in front', ['-v', '--no-color', 'demo'], ['demo', '-v', '--no-color']],
    ['but not behind --', ['-q', 'diagnose', '--', 'a'], ['diagnose', '-q', '--', 'a']],
    ['and in front of -s they are the diagnosis’s', ['-v', '-s', 'a', '-d', 'b'], ['diagnose', '-v', '-s', 'a', '-d', 'b']],
  ])('%s', (_name, argv, routed) => {
    expect(routeArguments(argv)).toEqual(routed);
  });
});

describe('colour', () => {
  test.each<[name: string, isTTY: boolean, noColor: boolean, env: Record<string, string>, wanted: boolean]>([
    ['a terminal', true, false, {}, true],
    ['no terminal', false, false, {}, false],
    ['--no-color', true, true, { FORCE_COLOR: '1' }, false],
    ['NO_COLOR', true, false, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['an empty NO_COLOR is none', true, false, { NO_COLOR: '' }, true],
    ['FORCE_COLOR beats the pipe', false, false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', true, false, { FORCE_COLOR: '0' }, false],
    ['a dumb terminal', true, false, { TERM: 'dumb' }, false],
  ])('%s', (_name, isTTY, noColor, env, wanted) => {
    expect(wantsColor({ isTTY }, noColor, env)).toBe(wanted);
  });
});

describe('talk', () => {
  const said = (verbosity: 'quiet' | 'normal' | 'verbose') => {
    const lines: string[] = [];
    const log = createLogger(verbosity, (text) => lines.push(text));
    log.hide('s3cret');
    log.note('note');
    log.warn('key s3cret is old');
    log.debug('detail');
    return lines;
  };

  test('quiet says nothing', () => {
    expect(said('quiet')).toEqual([]);
  });
  test('normal says what a user wants to know, secrets redacted', () => {
    expect(said('normal')).toEqual(['note\n', 'warning: key <redacted> is old\n']);
  });
  test('verbose adds details', () => {
    expect(said('verbose')).toContain('debug: detail\n');
  });
  test('a secret inside another leaves nothing behind', () => {
    expect(redact('abcdef', ['abc', 'abcdef'])).toBe('<redacted>');
  });
});
