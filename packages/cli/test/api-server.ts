import { afterAll } from '@jest/globals';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { folder } from './folders.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A kubeconfig for an API server at that address. */
export function kubeconfigFor(server: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'joe', user: { token: 'secret' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'joe' } }],
  };
  return join(folder({ config }), 'config');
}

/** An API server in which joe may do nothing: it says so as Kubernetes does. `silent`: it takes requests and never answers. */
export async function apiServer(behaviour: 'forbids' | 'silent'): Promise<string> {
  const server = createServer((request, response) => {
    if (behaviour === 'silent') return;
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const isVersion = pathname === '/version';
    const resource = pathname.split('/').at(-1) ?? '';
    const message = `${resource} is forbidden: User "joe" cannot list resource "${resource}" in API group "" at the cluster scope`;
    response.writeHead(isVersion ? 200 : 403, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        isVersion
          ? { major: '1', minor: '34', gitVersion: 'v1.34.0' }
          : { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Forbidden', code: 403, message },
      ),
    );
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return kubeconfigFor(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
}
