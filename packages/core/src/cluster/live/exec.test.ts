import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { connect } from './connect.ts';
import type { ExecResult } from './exec.ts';
import { startServer } from './__fixtures__/server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

function frame(channel: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
}
function status(value: object): Buffer {
  return frame(3, JSON.stringify(value));
}

/** Runs `command` against a server that does `serve` with each connection. */
async function run(
  serve: (socket: WebSocket, url: URL) => void,
  limits: { signal?: AbortSignal; timeoutMs?: number; maxBytes?: number } = {},
): Promise<ExecResult> {
  const server = await startServer(() => ({}));
  open.push(server);
  const sockets = new WebSocketServer({ server: server.server, path: '/api/v1/namespaces/ns/pods/p/exec' });
  sockets.on('connection', (socket, request) => serve(socket, new URL(request.url ?? '', 'http://server')));
  const api = await connect({ kubeconfig: server.kubeconfig, env: {} });
  open.push(api);
  return api.exec({
    namespace: 'ns',
    pod: 'p',
    container: 'c',
    command: ['sh', '-c', 'a b&c'],
    signal: new AbortController().signal,
    timeoutMs: 5000,
    maxBytes: 1000,
    ...limits,
  });
}

const text = (result: ExecResult): string => Buffer.from(result.stdout).toString();

describe('a command in a container', () => {
  test('both streams and a good end', async () => {
    const result = await run((socket, url) => {
      socket.send(frame(1, url.searchParams.getAll('command').join('|')));
      socket.send(frame(2, 'a warning\n'));
      socket.send(frame(1, '.'));
      socket.send(status({ status: 'Success' }));
    });
    expect([text(result), result.stderr, result.end]).toEqual(['sh|-c|a b&c.', 'a warning', { kind: 'exited', code: 0 }]);
  });
  test('an exit status', async () => {
    const details = { causes: [{ reason: 'ExitCode', message: '3' }] };
    const result = await run((socket) => socket.send(status({ status: 'Failure', reason: 'NonZeroExitCode', details })));
    expect(result.end).toEqual({ kind: 'exited', code: 3 });
  });
  test('that the runtime could not start', async () => {
    const result = await run((socket) => socket.send(status({ status: 'Failure', message: 'no such container' })));
    expect(result.end).toEqual({ kind: 'failed', why: expect.stringContaining('no such container') as unknown });
  });
});

describe('what arrived is kept', () => {
  test.each<[string, (socket: WebSocket) => void, RegExp]>([
    ['the connection closes before the command ended', (socket) => socket.close(1011), /closed before the command ended \(code 1011\)/],
    ['the connection breaks', (socket) => socket.terminate(), /closed before the command ended/],
    ['nothing comes any more', () => {}, /did not end within/],
  ])('%s', async (_name, end, why) => {
    const result = await run(
      (socket) => {
        socket.send(frame(1, 'part'), () => end(socket));
      },
      { timeoutMs: 1000 },
    );
    expect([text(result), result.end]).toEqual(['part', { kind: 'failed', why: expect.stringMatching(why) as unknown }]);
  });
  test('an abort', async () => {
    const controller = new AbortController();
    const result = await run(
      (socket) => {
        socket.send(frame(1, 'part'), () => setTimeout(() => controller.abort(), 50));
      },
      { signal: controller.signal },
    );
    expect([text(result), result.end]).toEqual(['part', { kind: 'failed', why: 'interrupted' }]);
  });
  test('too much is cut', async () => {
    const result = await run((socket) => socket.send(frame(1, 'x'.repeat(2000))));
    expect([result.stdout.length, result.end]).toEqual([1000, { kind: 'failed', why: 'it wrote more than 1000 bytes' }]);
  });
});

describe('a connection that is refused', () => {
  test('with the words of the server', async () => {
    const server = await startServer(() => ({}));
    open.push(server);
    server.server.on('upgrade', (_request, socket) => {
      const body = JSON.stringify({ kind: 'Status', message: 'pods "p" is forbidden: User "bob" cannot create resource "pods/exec"' });
      socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    });
    const api = await connect({ kubeconfig: server.kubeconfig, env: {} });
    open.push(api);
    const result = await api.exec({
      namespace: 'ns',
      pod: 'p',
      container: 'c',
      command: ['x'],
      signal: new AbortController().signal,
      timeoutMs: 5000,
      maxBytes: 10,
    });
    expect(result.end).toEqual({
      kind: 'failed',
      why: expect.stringContaining('User "bob" cannot create resource "pods/exec"') as unknown,
    });
  });
  test('an abort before it began', async () => {
    const result = await run(() => {}, { signal: AbortSignal.abort() });
    expect(result.end).toEqual({ kind: 'failed', why: 'interrupted' });
  });
});
