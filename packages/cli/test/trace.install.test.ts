import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { skoop } from './installed.ts';

/** h1 (10.1.0.1, with pod default/web-1, 10.3.0.2), a router, and h2 (10.2.0.2). */
const DUMPS = ['h1', 'router', 'h2'].map((name) => fileURLToPath(new URL(`__fixtures__/two-wires/${name}.dump`, import.meta.url)));
const TO_H2 = ['-d', '10.2.0.2', '-p', '80'];

interface Answer {
  readonly verdict: string;
  readonly because?: readonly { readonly code: string; readonly on: { readonly id: string } }[];
  readonly paths?: readonly { readonly hops: readonly { readonly node: { readonly id: string } }[] }[];
}

describe('skoop trace, one packet', () => {
  test.each<[name: string, args: readonly string[], status: number, answer: object]>([
    [
      'machines are joined by their next hops',
      ['--in', 'h1:host', '-s', '10.1.0.1', ...TO_H2],
      0,
      { verdict: 'delivered', received: { in: 'h2:host', src: '10.1.0.1', sport: 40000, dport: 80 } },
    ],
    [
      'nothing listens there',
      ['--in', 'h1:host', '-d', '10.2.0.2', '-p', '81'],
      1,
      { verdict: 'rejected', error: { kind: 'tcp-reset', from: '10.2.0.2', by: 'h2:host' } },
    ],
    [
      'a pod sends, from the address that its kernel chooses',
      ['--in', 'default/web-1', ...TO_H2, '--no-reply'],
      0,
      { verdict: 'delivered', received: { src: '10.3.0.2' } },
    ],
    [
      'ping',
      ['--in', 'h1:host', '-d', '10.2.0.2', '--protocol', 'icmp'],
      0,
      { verdict: 'delivered', received: { in: 'h2:host', src: '10.1.0.1' } },
    ],
    [
      'ICMP of a type',
      ['--in', 'h1:host', '-d', '10.2.0.2', '--protocol', 'icmp', '--icmp-type', '13', '--icmp-code', '0'],
      0,
      { verdict: 'delivered' },
    ],
    [
      'hops run out',
      ['--in', 'h1:host', ...TO_H2, '--ttl', '1'],
      1,
      { because: [{ code: 'ROUTE_TTL_EXCEEDED', on: { id: 'router' } }], error: { kind: 'icmp-time-exceeded' } },
    ],
    [
      'too large, and not to be cut',
      ['--in', 'h1:host', ...TO_H2, '--protocol', 'udp', '--length', '9000', '--df'],
      1,
      { because: [{ code: 'MTU_EXCEEDED' }], error: { kind: 'errno-EMSGSIZE' } },
    ],
    [
      'nobody has the address',
      ['--in', 'h1:host', '-d', '10.2.0.9', '-p', '80'],
      1,
      { because: [{ code: 'NEIGHBOUR_UNRESOLVED', on: { id: 'router' } }] },
    ],
    [
      'a packet that arrives on a device',
      ['--in', 'h2:host', '--iif', 'eth0', '-s', '10.1.0.1', '-d', '10.2.0.2', '--protocol', 'icmp'],
      0,
      { received: { in: 'h2:host' } },
    ],
    [
      'a mark, a user and a source port',
      ['--in', 'h1:host', '-d', '10.2.0.2', '--protocol', 'icmp', '--mark', '0x10', '--uid', '1000', '--sport', '1234'],
      0,
      { verdict: 'delivered' },
    ],
  ])('%s', async (_name, args, status, answer) => {
    const ran = await skoop(['trace', ...DUMPS, ...args, '-o', 'json']);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toMatchObject(answer);
    expect(ran.status).toBe(status);
  });

  test('for a person: the verdict, its cause, and every step', async () => {
    const { stdout } = await skoop(['trace', ...DUMPS, '--in', 'h1:host', '-d', '10.2.0.9', '-p', '80']);
    expect(stdout).toMatch(/^REJECTED\n {2}NEIGHBOUR_UNRESOLVED on node router\n.*\n\npath 0, forward: rejected/);
    expect(stdout).toMatch(/route \(table main\): unicast dev eth0 via 10\.1\.0\.254/);
  });

  test('with --brief, without the paths', async () => {
    const [full, brief] = await Promise.all(
      [[], ['--brief']].map((extra) => skoop(['trace', ...DUMPS, '--in', 'h1:host', ...TO_H2, '-o', 'json', ...extra])),
    );
    const { paths, ...rest } = JSON.parse(full?.stdout ?? '') as Answer;
    expect(paths?.flatMap(({ hops }) => hops.map(({ node }) => node.id))).toEqual(expect.arrayContaining(['h1', 'router', 'h2']));
    expect(JSON.parse(brief?.stdout ?? '')).toEqual(rest);
  });

  test.each<[name: string, args: readonly string[], says: RegExp]>([
    ['no namespace', TO_H2, /--in is missing/],
    ['no destination', ['--in', 'h1:host', '-p', '80'], /--dst is missing/],
    ['no port', ['--in', 'h1:host', '-d', '10.2.0.2'], /dport: tcp needs a destination port/],
    [
      'a namespace that is not there',
      ['--in', 'default/db', ...TO_H2],
      /h1:host, h1:default\/web-1, h2:host|h1:host, h1:default\/web-1, router:host/,
    ],
    ['one that is in several dumps', ['--in', 'host', ...TO_H2], /NODE:host/],
    ['a device that is not there', ['--in', 'h1:host', '--iif', 'eth9', '-s', '10.1.0.9', ...TO_H2], /no device "eth9"/],
    ['an address that is none', ['--in', 'h1:host', '-d', 'web', '-p', '80'], /"web" is no IP address/],
    ['a mark that is none', ['--in', 'h1:host', '--mark', 'red', ...TO_H2], /--mark: "red" is no number/],
    ['the wrong format', ['--in', 'h1:host', ...TO_H2, '-o', 'yaml'], /-o yaml/],
  ])('%s is one message', async (_name, args, says) => {
    const { status, stdout, stderr } = await skoop(['trace', ...DUMPS, ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('skoop trace --batch', () => {
  const request = { in: 'h1:host', dst: '10.2.0.2', protocol: 'icmp' };
  const batch = (lines: readonly unknown[], ...args: string[]) =>
    skoop(['trace', ...DUMPS, '--batch', ...args], {
      input: lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
    });
  const answers = (stdout: string): readonly Answer[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);

  test('one answer a line, in the order asked, none touched by another', async () => {
    const lines = [request, { ...request, ttl: 1 }, request, { ...request, dst: '10.2.0.9' }, request];
    const { status, stdout } = await batch(lines, '--brief');
    expect(status).toBe(0);
    expect(answers(stdout).map(({ verdict }) => verdict)).toEqual(['delivered', 'rejected', 'delivered', 'rejected', 'delivered']);
    expect(stdout).not.toContain('"paths"');
  });

  test('is what the flags answer', async () => {
    const { stdout } = await batch([request]);
    const alone = await skoop(['trace', ...DUMPS, '--in', 'h1:host', '-d', '10.2.0.2', '--protocol', 'icmp', '-o', 'json']);
    expect(answers(stdout)).toEqual([JSON.parse(alone.stdout)]);
  });

  test('a line that is no request is answered as such, the run goes on, and its status is 2', async () => {
    const { status, stdout, stderr } = await batch(['no json', { ...request, port: 1 }, request], '--brief');
    expect(answers(stdout)).toMatchObject(
      [{ invalid: /./ }, { invalid: /./ }, { verdict: 'delivered' }].map((line) =>
        'invalid' in line ? { invalid: expect.any(String) as string } : line,
      ),
    );
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
  });

  test('standard input can not hold a dump as well', async () => {
    expect(await skoop(['trace', '-', '--batch'], { input: '' })).toMatchObject({ status: 2, stdout: '' });
  });
});
