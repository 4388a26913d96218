import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For tests: a server on loopback that answers as told, and a kubeconfig that leads to it. */
export interface TestServer {
  readonly url: string;
  readonly kubeconfig: string;
  readonly server: Server;
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

export type Answer = {
  readonly status?: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
};

/** `answer` returns undefined to leave a request without an answer. */
export async function startServer(answer: (url: URL, request: IncomingMessage) => Answer | undefined, user = '{}'): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    const given = answer(new URL(request.url ?? '/', 'http://server'), request);
    if (given === undefined) return;
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
    response.end(given.text ?? JSON.stringify(given.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'skoop-server-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(
    kubeconfig,
    `current-context: t\nclusters: [{name: c, cluster: {server: '${url}'}}]\nusers: [{name: u, user: ${user}}]\ncontexts: [{name: t, context: {cluster: c, user: u}}]\n`,
  );
  return {
    url,
    kubeconfig,
    server,
    requests,
    async close() {
      rmSync(folder, { recursive: true, force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An API server's refusal, in its own words. */
export function forbiddenStatus(resource: string, group = ''): Answer {
  const message = `${resource} is forbidden: User "bob" cannot list resource "${resource}" in API group "${group}" at the cluster scope`;
  return { status: 403, body: { kind: 'Status', status: 'Failure', reason: 'Forbidden', message, code: 403 } };
}
