import { afterEach, describe, expect, test } from '@jest/globals';
import { startServer } from '../cluster/live/__fixtures__/server.ts';
import { connect } from '../cluster/live/connect.ts';
import { type CleanupResult, cleanup } from './cleanup.ts';
import { ownMark } from './owner.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

const pod = (name: string, owner: string | undefined, phase = 'Running') => ({
  metadata: {
    name,
    namespace: 'skoop',
    labels: { 'app.kubernetes.io/name': 'skoop-collector' },
    ...(owner === undefined ? {} : { annotations: { 'skoop.io/process': owner } }),
  },
  status: { phase },
});

/** On a cluster with these pods in a namespace that skoop made. What was deleted is in the answer. */
async function cleaned(pods: readonly object[], options: object): Promise<CleanupResult & { readonly deleted: readonly string[] }> {
  const deleted: string[] = [];
  const server = await startServer((url, { method }) => {
    if (method === 'DELETE') deleted.push(url.pathname);
    if (url.pathname === '/api/v1/namespaces') return { body: { items: [{ metadata: { name: 'skoop' } }] } };
    return { body: { items: pods } };
  });
  open.push(server);
  const api = await connect({ kubeconfig: server.kubeconfig, env: {} });
  open.push(api);
  return { ...(await cleanup(api, { namespace: 'skoop', ...options })), deleted };
}

describe('cleanup', () => {
  const live = [pod('mine', ownMark()), pod('left', undefined), pod('theirs', 'ffffffffffff/7'), pod('over', 'ffffffffffff/7', 'Failed')];

  test('leaves the pods of runs that may be going on, and says how to take them', async () => {
    const done = await cleaned(live, {});
    expect(done.pods).toEqual(['skoop/left', 'skoop/over']);
    expect(done.namespaces).toEqual([]);
    expect(done.left).toEqual([
      { what: 'pod skoop/mine', why: expect.stringMatching(`process ${String(process.pid)} of this machine.*--all`) as unknown },
      { what: 'pod skoop/theirs', why: expect.stringMatching(/another machine.*--all/) as unknown },
      { what: 'namespace skoop', why: expect.stringContaining('may be going on') as unknown },
    ]);
    expect([...done.deleted].sort()).toEqual(['/api/v1/namespaces/skoop/pods/left', '/api/v1/namespaces/skoop/pods/over']);
  });

  test('takes all where it is asked to', async () => {
    const done = await cleaned(live, { all: true });
    expect(done).toMatchObject({ pods: live.map(({ metadata }) => `skoop/${metadata.name}`), namespaces: ['skoop'], left: [] });
    expect(done.deleted).toHaveLength(5);
  });
});
