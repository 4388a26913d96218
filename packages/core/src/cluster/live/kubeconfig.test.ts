import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chooseTarget } from './kubeconfig.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skoop-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const ONE = `
current-context: a
clusters: [{name: c, cluster: {server: 'https://one:6443/', certificate-authority: pki/ca.crt}}, {name: other, cluster: {server: 'https://other'}}]
users: [{name: u, user: {client-key: /abs/key, client-certificate: cert, exec: {command: ./login, apiVersion: v1}}}, {name: token, user: {token: t}}]
contexts: [{name: a, context: {cluster: c, user: u, namespace: shop}}, {name: dangling, context: {cluster: gone, user: u}}]
`;
const TWO = `
current-context: b
clusters: [{name: c, cluster: {server: 'https://two'}}, {name: d, cluster: {server: 'https://d'}}]
contexts: [{name: b, context: {cluster: d}}]
`;

describe('the target', () => {
  test('is the current context; paths are relative to the file', () => {
    const target = chooseTarget({ kubeconfig: write('x/one', ONE) });
    expect(target).toMatchObject({ context: 'a', namespace: 'shop', cluster: { 'certificate-authority': join(folder, 'x/pki/ca.crt') } });
    expect(target.user).toMatchObject({
      'client-key': '/abs/key',
      'client-certificate': join(folder, 'x/cert'),
      exec: { command: join(folder, 'x/login') },
    });
  });
  test.each([
    ['another cluster', { cluster: 'other' }, { server: 'https://other/', context: 'a' }],
    ['another namespace', { namespace: 'n' }, { server: 'https://one:6443/', context: 'a' }],
    ['another user', { user: 'token' }, { server: 'https://one:6443/', context: 'a' }],
  ])('%s', (_name, options, expected) => {
    const target = chooseTarget({ kubeconfig: write('one', ONE), ...options });
    expect({ server: target.server.href, context: target.context }).toEqual(expected);
    if ('namespace' in options) expect(target.namespace).toBe(options.namespace);
    if ('user' in options) expect(target.user.token).toBe('t');
  });
  test('of $KUBECONFIG, the first file that has an entry wins, and one that does not exist is passed over', () => {
    const env = { KUBECONFIG: [join(folder, 'gone'), write('one', ONE), write('two', TWO)].join(':') };
    expect(chooseTarget({ env }).server.href).toBe('https://one:6443/');
    expect(chooseTarget({ env, context: 'b' }).server.href).toBe('https://d/');
  });
  test('without $KUBECONFIG it is ~/.kube/config', () => {
    write('home/.kube/config', TWO);
    expect(chooseTarget({ env: { HOME: join(folder, 'home') } }).context).toBe('b');
  });
});

describe('what is wrong is named', () => {
  test.each([
    ['the file is not there', () => ({ kubeconfig: join(folder, 'gone') }), 'KUBECONFIG_MISSING', /gone does not exist/],
    ['no file of $KUBECONFIG is there', () => ({ env: { KUBECONFIG: '/no/a:/no/b' } }), 'KUBECONFIG_MISSING', /\/no\/a, \/no\/b/],
    ['there is nothing at all', () => ({ env: { HOME: folder } }), 'KUBECONFIG_MISSING', /there is no kubeconfig/],
    ['it is a folder', () => ({ kubeconfig: folder }), 'KUBECONFIG_UNREADABLE', /cannot be read/],
    ['it is no YAML', () => ({ kubeconfig: write('bad', 'a: [') }), 'KUBECONFIG_MALFORMED', /not YAML/],
    ['it is binary', () => ({ kubeconfig: write('bad', 'abc') }), 'KUBECONFIG_MALFORMED', /its contents: .*expected object/],
    ['it is empty', () => ({ kubeconfig: write('bad', '') }), 'KUBECONFIG_NO_CONTEXT', /no current context/],
    ['a list is none', () => ({ kubeconfig: write('bad', 'contexts: {}') }), 'KUBECONFIG_MALFORMED', /contexts: /],
    ['the context is unknown', () => ({ kubeconfig: write('one', ONE), context: 'z' }), 'KUBECONFIG_UNKNOWN', /no context "z"/],
    ['its cluster is unknown', () => ({ kubeconfig: write('one', ONE), context: 'dangling' }), 'KUBECONFIG_UNKNOWN', /no cluster "gone"/],
    ['the user is unknown', () => ({ kubeconfig: write('one', ONE), user: 'z' }), 'KUBECONFIG_UNKNOWN', /no user "z"/],
    [
      'the server is no URL',
      () => ({ kubeconfig: write('bad', ONE.replace("'https://one:6443/'", 'one:6443')) }),
      'KUBECONFIG_MALFORMED',
      /server "one:6443"/,
    ],
    [
      'the server is missing',
      () => ({ kubeconfig: write('bad', ONE.replace("server: 'https://one:6443/', ", '')) }),
      'KUBECONFIG_MALFORMED',
      /cluster c: server: /,
    ],
  ])('%s', (_name, options, code, message) => {
    expect(() => chooseTarget(options())).toThrow(
      expect.objectContaining({ code, exit: 2, message: expect.stringMatching(message) as unknown }),
    );
  });
  test('the contexts that there are', () => {
    expect(() => chooseTarget({ kubeconfig: write('one', ONE), context: 'z' })).toThrow(
      expect.objectContaining({ remedy: 'It has: a, dangling.' }),
    );
  });
});
