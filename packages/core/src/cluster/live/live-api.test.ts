import { gzipSync } from 'node:zlib';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { CustomResource } from '../../contracts/manifest.ts';
import type { ListWanted, RawLists } from './list-cluster.ts';
import { forbiddenStatus, startServer } from './__fixtures__/server.ts';
import type { Answer, TestServer } from './__fixtures__/server.ts';

const WANTED: ListWanted = { namespaces: true, workloads: false, policies: true, configMaps: [] };
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

/** A small cluster; `special` answers first. */
function cluster(special: (url: URL) => Answer | undefined | 'usual' = () => 'usual', user?: string): Promise<TestServer> {
  return startServer((url) => {
    const given = special(url);
    if (given !== 'usual') return given;
    if (url.pathname === '/version') return { body: { gitVersion: 'v1.34.4' } };
    if (url.pathname === '/apis')
      return { body: { kind: 'APIGroupList', groups: [{ name: 'networking.k8s.io', versions: [{ version: 'v1' }] }] } };
    return { body: { kind: 'List', metadata: {}, items: [] } };
  }, user);
}

async function list(server: TestServer, options: Partial<ConnectOptions> = {}, wanted = WANTED, signal?: AbortSignal): Promise<RawLists> {
  open.push(server);
  const api = await connect({ kubeconfig: server.kubeconfig, env: {}, ...options });
  open.push(api);
  return api.list(wanted, signal === undefined ? {} : { signal });
}

function items(raw: RawLists, name: string): readonly unknown[] {
  return (raw.lists[name] as { items: unknown[] }).items;
}

describe('lists', () => {
  test('come in pages', async () => {
    const server = await cluster((url) => {
      if (url.pathname !== '/api/v1/pods') return 'usual';
      const page = Number(url.searchParams.get('continue') ?? '0');
      return { body: { items: [{ page }], metadata: page < 2 ? { continue: String(page + 1) } : {} } };
    });
    expect(items(await list(server), 'pods')).toEqual([{ page: 0 }, { page: 1 }, { page: 2 }]);
  });
  test('a page that came too late is asked for anew, all at once', async () => {
    const server = await cluster((url) => {
      if (url.pathname !== '/api/v1/pods') return 'usual';
      if (url.searchParams.has('continue')) return { status: 410, body: { reason: 'Expired' } };
      return url.searchParams.has('limit') ? { body: { items: [1], metadata: { continue: 'x' } } } : { body: { items: [1, 2, 3] } };
    });
    expect(items(await list(server), 'pods')).toEqual([1, 2, 3]);
  });
  test('a list that leads back to itself ends', async () => {
    const server = await cluster((url) =>
      url.pathname === '/api/v1/pods' ? { body: { items: [1], metadata: { continue: 'x' } } } : 'usual',
    );
    await expect(list(server)).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: expect.stringContaining('does not end') as unknown,
    });
  });
  test('may be packed', async () => {
    const startGzip = await startServer(() => undefined);
    startGzip.server.removeAllListeners('request');
    startGzip.server.on('request', (request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(request.url === '/version' ? { gitVersion: 'v1' } : { items: [7], groups: [] })));
    });
    expect(items(await list(startGzip), 'pods')).toEqual([7]);
  });
  test('of API groups that the server does not have are none', async () => {
    const server = await cluster((url) => (url.pathname === '/apis' ? { body: { groups: [] } } : 'usual'));
    const raw = await list(server);
    expect(Object.keys(raw.lists)).toEqual(['nodes', 'pods', 'services', 'endpointslices', 'namespaces']);
    expect(raw.missing).toEqual([]);
  });
  test("of policies are asked in the server's version", async () => {
    const groups = [{ name: 'policy.networking.k8s.io', versions: [{ version: 'v1beta1' }] }];
    const server = await cluster((url) => {
      if (url.pathname === '/apis') return { body: { groups } };
      return url.pathname.endsWith('/clusternetworkpolicies') ? { status: 404, body: { kind: 'Status' } } : 'usual';
    });
    const raw = await list(server);
    expect(raw.lists['adminnetworkpolicies']).toMatchObject({
      apiVersion: 'policy.networking.k8s.io/v1beta1',
      kind: 'AdminNetworkPolicyList',
    });
    expect(raw.lists['clusternetworkpolicies']).toBeUndefined();
  });
  test.each<[name: string, groups: readonly string[], asked: readonly string[]]>([
    [
      'in the older one',
      ['crd.projectcalico.org/v1'],
      ['networkpolicies.crd.projectcalico.org', 'globalnetworkpolicies.crd.projectcalico.org'],
    ],
    ['in the newer one', ['projectcalico.org/v3'], ['networkpolicies.projectcalico.org', 'globalnetworkpolicies.projectcalico.org']],
    [
      'once, where it has both',
      ['crd.projectcalico.org/v1', 'projectcalico.org/v3'],
      ['networkpolicies.crd.projectcalico.org', 'globalnetworkpolicies.crd.projectcalico.org'],
    ],
  ])("policies of one project's two groups are asked for %s", async (_name, groups, asked) => {
    const served = groups.map((group) => ({ name: group.split('/')[0], versions: [{ version: group.split('/')[1] }] }));
    const server = await cluster((url) => (url.pathname === '/apis' ? { body: { groups: served } } : 'usual'));
    const { lists } = await list(server);
    expect(Object.keys(lists).filter((name) => name.includes('policies'))).toEqual(asked);
  });
  test('a ConfigMap that is not there is left out', async () => {
    const server = await cluster((url) => {
      if (!url.pathname.includes('/configmaps/')) return 'usual';
      return url.pathname.endsWith('/kube-proxy')
        ? { body: { metadata: { name: 'kube-proxy' } } }
        : { status: 404, body: { kind: 'Status' } };
    });
    const raw = await list(server, {}, { ...WANTED, configMaps: ['kube-system/kube-proxy', 'a/b'] });
    expect(items(raw, 'configmaps')).toEqual([{ metadata: { name: 'kube-proxy' } }]);
    expect(raw.missing).toEqual([]);
  });
  test('a server that is busy is asked again', async () => {
    let busy = 1;
    const server = await cluster((url) =>
      url.pathname === '/api/v1/pods' && busy-- > 0 ? { status: 429, body: { kind: 'Status' }, headers: { 'retry-after': '0' } } : 'usual',
    );
    expect(items(await list(server), 'pods')).toEqual([]);
  });
});

describe('resources that a plugin names', () => {
  const POOLS: CustomResource = {
    resource: 'pools',
    kind: 'Pool',
    apiVersions: ['acme.example/v1', 'new.acme.example/v3'],
    fields: ['spec.cidr'],
  };
  const pool = { metadata: { name: 'a' } };
  const served = (...names: string[]): Answer => ({
    body: {
      groups: names.map((name) => {
        const [group = '', version = ''] = name.split('/');
        return { name: group, versions: [{ version: 'v9' }, { version }] };
      }),
    },
  });
  /** A server that serves some API versions, with what each has. */
  async function pools(has: Readonly<Record<string, readonly object[] | Answer>>): Promise<RawLists> {
    const server = await cluster((url) => {
      if (url.pathname === '/apis') return served(...Object.keys(has));
      if (!url.pathname.endsWith('/pools')) return 'usual';
      const answer = has[url.pathname.slice('/apis/'.length, -'/pools'.length)] ?? { status: 500, body: { message: 'asked in vain' } };
      return Array.isArray(answer) ? { body: { items: answer } } : (answer as Answer);
    });
    return list(server, {}, { ...WANTED, resources: [POOLS] });
  }
  const own = (raw: RawLists): object => Object.fromEntries(Object.entries(raw.lists).filter(([name]) => name.startsWith('pools.')));

  test.each<[name: string, has: Readonly<Record<string, readonly object[] | Answer>>, lists: object]>([
    ['are none where the server does not have their group', {}, {}],
    ['are none where it has other versions', { 'acme.example/v2': [pool] }, {}],
    [
      'are read in the group that is there',
      { 'new.acme.example/v3': [pool] },
      { 'pools.new.acme.example': { apiVersion: 'new.acme.example/v3', kind: 'PoolList', items: [pool] } },
    ],
    [
      'of two groups the first is read',
      { 'new.acme.example/v3': [{}], 'acme.example/v1': [pool] },
      { 'pools.acme.example': { apiVersion: 'acme.example/v1', kind: 'PoolList', items: [pool] } },
    ],
    [
      'of two groups the one that has objects',
      { 'acme.example/v1': [], 'new.acme.example/v3': [pool] },
      { 'pools.new.acme.example': { apiVersion: 'new.acme.example/v3', kind: 'PoolList', items: [pool] } },
    ],
    [
      'may be none in either',
      { 'acme.example/v1': [], 'new.acme.example/v3': [] },
      { 'pools.acme.example': { apiVersion: 'acme.example/v1', kind: 'PoolList', items: [] } },
    ],
    [
      'that one group refuses are read in the other',
      { 'acme.example/v1': forbiddenStatus('pools', 'acme.example'), 'new.acme.example/v3': [pool] },
      { 'pools.new.acme.example': { apiVersion: 'new.acme.example/v3', kind: 'PoolList', items: [pool] } },
    ],
    ['are none where the group lacks the resource', { 'acme.example/v1': { status: 404, body: { kind: 'Status' } } }, {}],
  ])('%s', async (_name, has, lists) => {
    const raw = await pools(has);
    expect(own(raw)).toEqual(lists);
    expect(raw.missing).toEqual([]);
  });

  test('that are refused are missing', async () => {
    const raw = await pools({ 'acme.example/v1': forbiddenStatus('pools', 'acme.example') });
    expect(own(raw)).toEqual({});
    expect(raw.missing).toEqual([{ what: 'pools.acme.example', why: expect.stringContaining('User "bob" cannot list') as unknown }]);
  });

  test('are missing where the server does not tell its groups', async () => {
    const server = await cluster((url) => (url.pathname === '/apis' ? { status: 403, body: { kind: 'Status' } } : 'usual'));
    const raw = await list(server, {}, { ...WANTED, policies: false, resources: [POOLS] });
    expect(raw.missing).toEqual([{ what: 'pools of further API groups', why: expect.stringContaining('/apis') as unknown }]);
  });
});

describe('rights', () => {
  test('what a diagnosis starts from is refused: everything that lacks, with the rules', async () => {
    const server = await cluster((url) => {
      if (url.pathname === '/api/v1/pods') return forbiddenStatus('pods');
      return url.pathname.endsWith('/endpointslices') ? forbiddenStatus('endpointslices', 'discovery.k8s.io') : 'usual';
    });
    await expect(list(server)).rejects.toMatchObject({
      code: 'CLUSTER_FORBIDDEN',
      exit: 4,
      message: 'user "bob" may not list pods (API group ""), list endpointslices (API group "discovery.k8s.io")',
      remedy: expect.stringContaining('- {apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list"]}') as unknown,
    });
  });
  test('what is refused of the rest is missing', async () => {
    const server = await cluster((url) =>
      url.pathname.endsWith('/networkpolicies') ? forbiddenStatus('networkpolicies', 'networking.k8s.io') : 'usual',
    );
    expect((await list(server)).missing).toEqual([
      { what: 'networkpolicies', why: expect.stringContaining('User "bob" cannot list') as unknown },
    ]);
  });
  test('an unknown user', async () => {
    const server = await cluster(() => ({ status: 401, body: { kind: 'Status', message: 'Unauthorized' } }));
    await expect(list(server)).rejects.toMatchObject({ code: 'CLUSTER_UNAUTHORIZED', exit: 4 });
  });
});

describe('who asks', () => {
  test.each<[string, string, Partial<ConnectOptions>, object]>([
    ['a token', '{token: abc}', {}, { authorization: 'Bearer abc' }],
    ['name and password', '{username: a, password: b}', {}, { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }],
    ['as another', '{token: abc}', { as: 'bob', asGroup: ['x', 'y'] }, { 'impersonate-user': 'bob', 'impersonate-group': 'x, y' }],
    ['as another, by the kubeconfig', '{as: eve, as-groups: [g]}', {}, { 'impersonate-user': 'eve', 'impersonate-group': 'g' }],
    ['the flag goes before the kubeconfig', '{as: eve, as-groups: [g]}', { as: 'bob' }, { 'impersonate-user': 'bob' }],
    [
      'a credential plugin',
      `{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "case $KUBERNETES_EXEC_INFO in *ExecCredential*) echo '{\\"status\\":{\\"token\\":\\"fromplugin\\"}}';; esac"]}}`,
      {},
      { authorization: 'Bearer fromplugin' },
    ],
  ])('%s', async (_name, user, options, headers) => {
    const server = await cluster(undefined, user);
    await list(server, options);
    expect(server.requests[0]?.headers).toMatchObject(headers);
  });
  test.each([
    [
      'is not installed',
      '{exec: {command: skoop-no-such-program, installHint: "get it there"}}',
      'KUBECONFIG_EXEC_MISSING',
      2,
      /skoop-no-such-program .* is not installed/,
    ],
    ['fails', '{exec: {command: sh, args: ["-c", "echo log in first >&2; exit 1"]}}', 'CLUSTER_UNAUTHORIZED', 4, /failed: log in first/],
  ])('a credential plugin that %s', async (_name, user, code, exit, message) => {
    const server = await cluster(undefined, user);
    await expect(list(server)).rejects.toMatchObject({ code, exit, message: expect.stringMatching(message) as unknown });
  });
  test('a credential plugin that waits does not hold up an abort', async () => {
    const server = await cluster(undefined, '{exec: {command: sleep, args: ["3"]}}');
    open.push(server);
    await expect(connect({ kubeconfig: server.kubeconfig, env: {} }, AbortSignal.timeout(100))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
  test('a certificate file that is not there', async () => {
    const server = await cluster(undefined, '{client-certificate: gone.crt, client-key: gone.key}');
    await expect(list(server)).rejects.toMatchObject({
      code: 'KUBECONFIG_CREDENTIALS',
      exit: 2,
      message: expect.stringContaining('gone.crt') as unknown,
    });
  });
});

describe('a server that is not reached', () => {
  test('nothing listens', async () => {
    const server = await cluster();
    const { kubeconfig, url } = server;
    const copy = readFileSync(kubeconfig, 'utf8');
    await server.close();
    const other = await cluster();
    writeFileSync(other.kubeconfig, copy);
    await expect(list(other)).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      exit: 4,
      message: `the API server ${url} is not reached: connection refused: nothing listens there`,
    });
  });
  test('it does not answer', async () => {
    const server = await cluster(() => undefined);
    await expect(list(server, { requestTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: expect.stringContaining('no answer within 0.2 s') as unknown,
    });
  });
  test('it does not answer, and the run is aborted', async () => {
    const server = await cluster(() => undefined);
    await expect(list(server, {}, WANTED, AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
  test.each<[string, Answer]>([
    ['a login page', { text: '<html>log in</html>' }],
    ["a proxy's error", { status: 502, text: 'Bad Gateway' }],
    ['something that is no list', { body: { hello: 1 } }],
  ])('it is %s', async (_name, answer) => {
    const server = await cluster(() => answer);
    await expect(list(server)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE', exit: 4 });
  });
  test('https is asked of a server that speaks http', async () => {
    const server = await cluster();
    writeFileSync(server.kubeconfig, readFileSync(server.kubeconfig, 'utf8').replace('http://', 'https://'));
    await expect(list(server)).rejects.toMatchObject({ code: 'CLUSTER_TLS', exit: 4 });
  });
  test('it closes the connection', async () => {
    const server = await cluster();
    server.server.removeAllListeners('request');
    server.server.on('request', (request) => request.socket.destroy());
    await expect(list(server)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });
});
