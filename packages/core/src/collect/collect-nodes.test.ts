import { afterEach, describe, expect, test } from '@jest/globals';
import { startServer } from '../cluster/live/__fixtures__/server.ts';
import type { Answer } from '../cluster/live/__fixtures__/server.ts';
import { connect } from '../cluster/live/connect.ts';
import type { Log } from '../contracts/context.ts';
import { collectNodes } from './collect-nodes.ts';
import type { NodeDump } from './collect-nodes.ts';
import { DEFAULT_COLLECT } from './options.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

const NOT_READY = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

/** A server on which pods come to be, but never to run: `status` is theirs. `node` is the only node. */
async function collect(
  node: object,
  status: object,
  podWaitMs: number,
  special: (method: string, path: string) => Answer | undefined = () => undefined,
) {
  const pods: { metadata: { name: string } }[] = [];
  const calls: string[] = [];
  const server = await startServer((url, request) => {
    const method = request.method ?? '';
    calls.push(`${method} ${url.pathname.replace(/skoop-collector-\S+/, 'POD')}`);
    const given = special(method, url.pathname);
    if (given !== undefined) return given;
    if (url.pathname.startsWith('/api/v1/nodes/')) return { body: { metadata: {}, ...node } };
    if (url.pathname.endsWith('/events'))
      return { body: { items: [{ type: 'Warning', reason: 'FailedMount', message: 'no such volume' }] } };
    if (url.pathname.endsWith('/pods') && method === 'GET') return { body: { items: pods.map((pod) => ({ ...pod, status })) } };
    if (method === 'POST')
      request.on('data', (chunk: Buffer) => pods.push(JSON.parse(chunk.toString('utf8')) as { metadata: { name: string } }));
    return { body: {} };
  });
  open.push(server);
  const api = await connect({ kubeconfig: server.kubeconfig, env: {} });
  open.push(api);
  const begin = Date.now();
  const warned: string[] = [];
  const log: Log = { warn: (line) => warned.push(line), info: () => {}, debug: () => {} };
  const options = { ...DEFAULT_COLLECT, script: '', podWaitMs, pollMs: 50 };
  const dump: NodeDump | undefined = (await collectNodes(api, ['n1'], options, { signal: new AbortController().signal, log })).get('n1');
  return { why: dump?.kind === 'missing' ? dump.why : 'a dump', ms: Date.now() - begin, calls, warned };
}

const REMOVED = 'DELETE /api/v1/namespaces/skoop/pods/POD';

describe('a pod that does not start', () => {
  test('on a node that is NotReady: the node is to blame, after a short try', async () => {
    const { why, ms, calls } = await collect({ status: { conditions: [NOT_READY] } }, {}, 30_000);
    expect(why).toBe('the node is NotReady since 2026-01-01T00:00:00Z (NodeStatusUnknown: Kubelet stopped posting node status.)');
    expect(ms).toBeLessThan(25_000);
    expect(calls).toContain(REMOVED);
  }, 60_000);
  test('in its time: its events say why', async () => {
    const { why, calls } = await collect({}, { phase: 'Pending', startTime: 't' }, 300);
    expect(why).toMatch(/did not start within \d+ s: FailedMount: no such volume/);
    expect(calls).toContain(REMOVED);
  });
  test('on a kubelet that is silent: the kubelet is named', async () => {
    const { why } = await collect({}, { phase: 'Pending' }, 300);
    expect(why).toMatch(/the kubelet of n1 has not taken up the collector pod/);
  });
  test('on another operating system: none is made', async () => {
    const { why, calls } = await collect({ metadata: { labels: { 'kubernetes.io/os': 'windows' } } }, {}, 300);
    expect(why).toMatch(/operating system is windows/);
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
  });
});

describe('a pod that is not made', () => {
  test.each<[string, Answer, RegExp]>([
    [
      'refused by a webhook',
      { status: 400, body: { message: 'admission webhook "policy.example" denied the request: no privileged pods' } },
      /admission webhook "policy\.example" denied the request/,
    ],
    [
      'refused by a quota',
      { status: 403, body: { message: 'pods "x" is forbidden: exceeded quota: q' } },
      /not admitted to namespace skoop: .*exceeded quota/,
    ],
    ['the server fails', { status: 500, body: { message: 'etcdserver: leader changed' } }, /etcdserver: leader changed/],
  ])('%s', async (_name, answer, expected) => {
    const { why } = await collect({}, {}, 300, (method, path) => (method === 'POST' && path.endsWith('/pods') ? answer : undefined));
    expect(why).toMatch(expected);
  });
});

test('a namespace that may not be made is named', async () => {
  const message = 'namespaces is forbidden: User "bob" cannot create resource "namespaces" in API group "" at the cluster scope';
  const { why } = await collect({}, {}, 300, (method, path) => {
    if (method === 'GET' && path === '/api/v1/namespaces/skoop') return { status: 404, body: {} };
    return path === '/api/v1/namespaces' ? { status: 403, body: { message } } : undefined;
  });
  expect(why).toMatch(/user "bob" may not create namespaces \(API group ""\)/);
});

test('an answer that got lost may have made the pod: it is removed all the same', async () => {
  const { calls } = await collect({}, {}, 300, (method, path) =>
    method === 'POST' && path.endsWith('/pods') ? { status: 504, body: { message: 'timeout' } } : undefined,
  );
  expect(calls).toContain(REMOVED);
});

describe('a pod that is not removed at once', () => {
  const busy = (times: number) => {
    let refused = 0;
    return (method: string): Answer | undefined =>
      method === 'DELETE' && refused++ < times ? { status: 429, body: { message: 'too many requests' } } : undefined;
  };
  test('is tried again', async () => {
    const { calls, warned } = await collect({}, { phase: 'Pending', startTime: 't' }, 300, busy(2));
    expect(calls.filter((call) => call === REMOVED)).toHaveLength(3);
    expect(warned).toEqual([]);
  });
  test('and told of in the end, with what to do', async () => {
    const { warned } = await collect({}, { phase: 'Pending', startTime: 't' }, 300, busy(99));
    expect(warned).toEqual([
      expect.stringMatching(/pod skoop\/skoop-collector-\S+ could not be removed \(too many requests\): `skoop cleanup`/),
    ]);
  });
});
