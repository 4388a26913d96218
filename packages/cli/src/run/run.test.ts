import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../flags/commands.ts';
import { wantsColor } from './color.ts';
import { createLogger, redact } from './logger.ts';
import { isKnown, routeArguments } from './route.ts';

describe('which command is meant', () => {
  test.each<[line: string, routed: string]>([
    ['', '--help'],
    ['-h', '--help'],
    ['--help', '--help'],
    ['help', '--help'],
    ['-v --help', '--help'],
    // KubeSkoop's form
    ['-s a -d b', 'diagnose -s a -d b'],
    ['-v -s a -d b', 'diagnose -v -s a -d b'],
    ['--kube-config x -s a -d b -p 80', 'diagnose --kube-config x -s a -d b -p 80'],
    // a flag first and no command is a diagnosis
    ['--snapshot x a b', 'diagnose --snapshot x a b'],
    ['--snapshot=x a b', 'diagnose --snapshot=x a b'],
    ['-s a demo', 'diagnose -s a demo'],
    ['-- a b', 'diagnose -- a b'],
    // a command first stays
    ['trace x.dump -s a', 'trace x.dump -s a'],
    ['a b', 'a b'],
    ['help plugins list', 'plugins list --help'],
    // flags may stand in front of it, as kubectl has it
    ['--context prod snapshot --output x', 'snapshot --output x --context prod'],
    ['--collector-image i diagnose a b', 'diagnose a b --collector-image i'],
    ['-n web --as=joe diagnose a b', 'diagnose a b -n web --as=joe'],
    ['-ojson plugins list', 'plugins list -ojson'],
    ['-o json plugins inspect flannel', 'plugins inspect flannel -o json'],
    ['-v --no-color demo', 'demo -v --no-color'],
    ['-vv -v=3 demo', 'demo -vv -v=3'],
    ['-s 10.0.0.1 trace x.dump', 'trace x.dump -s 10.0.0.1'],
    ['-n web help diagnose', 'diagnose -n web --help'],
    ['-h diagnose', 'diagnose -h'],
    // but not behind --
    ['-q diagnose -- a', 'diagnose -q -- a'],
    // a plugin's flags are not known yet
    ['--acme-block diagnose a b', 'diagnose a b --acme-block'],
    ['--acme-region moon-1 diagnose a b', 'diagnose a b --acme-region moon-1'],
    ['--acme-region moon-1 -s a -d b', 'diagnose --acme-region moon-1 -s a -d b'],
  ])('skoop %s', (line, routed) => {
    expect(routeArguments(line.split(' ').filter((word) => word !== '')).join(' ')).toBe(routed);
  });

  test.each([
    ['diagnose a b', true],
    ['plugins -o json', true],
    ['plugins list', true],
    ['--help', true],
    ['plugins lst', false],
    ['diagnoze a b', false],
    ['default/web svc/db', false],
    ['toString', false],
  ])('skoop %s: known %p', (line, known) => {
    expect(isKnown(line.split(' '))).toBe(known);
  });

  test('a flag means the same wherever it is one', () => {
    const kinds = new Map<string, Set<boolean>>();
    for (const flag of Object.values(COMMANDS).flat())
      for (const name of [flag.name, flag.char ?? flag.name]) kinds.set(name, (kinds.get(name) ?? new Set()).add(flag.type === 'boolean'));
    expect([...kinds].filter(([, types]) => types.size > 1)).toEqual([]);
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
