import { setMaxListeners } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { ConnectOptions } from './connect-options.ts';
import type { Credentials } from './credentials.ts';
import { makeCredentials } from './credentials.ts';
import type { Target } from './kubeconfig.ts';
import { networkError, unreachable } from './network-error.ts';
import { pause } from './wait.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH';
  /** `/api/v1/pods` */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  /** undefined where the text is not JSON. */
  readonly body: unknown;
  readonly text: string;
  /** Seconds, where the server asked for patience. */
  readonly retryAfter: number | undefined;
}

/** HTTP with the API server: credentials, time limits, and errors that a person can use. It knows nothing of resources. */
export interface Connection {
  readonly target: Target;
  /** The server as a person knows it: `https://10.0.0.1:6443`. */
  readonly server: string;
  readonly credentials: Credentials;
  /** Any HTTP status is an answer. Throws `CLUSTER_UNREACHABLE`, `CLUSTER_TLS`, or the signal's reason. */
  request(request: ApiRequest): Promise<ApiAnswer>;
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

export async function openConnection(target: Target, options: ConnectOptions): Promise<Connection> {
  const credentials = await makeCredentials(target, options);
  const server = target.server.href.replace(/\/$/, '');
  const limit = options.requestTimeoutMs || DEFAULT_TIMEOUT_MS;
  return {
    target,
    server,
    credentials,
    async request(request) {
      const timeoutMs = Math.min(request.timeoutMs ?? limit, limit);
      for (let attempt = 0; ; attempt += 1) {
        request.signal?.throwIfAborted();
        // Each request under way listens to it.
        if (request.signal !== undefined) setMaxListeners(0, request.signal);
        const again = request.method === 'GET' && attempt < 2;
        try {
          const answer = await send(server, credentials, request, timeoutMs);
          if (!again || (answer.status !== 429 && answer.status !== 503)) return answer;
          await pause(Math.min(answer.retryAfter ?? 0.5, 3) * 1000, request.signal);
        } catch (error) {
          // A kept connection may have been closed by the other end just when it was used.
          if (!again || (error as NodeJS.ErrnoException).code !== 'ECONNRESET')
            throw request.signal?.aborted === true ? request.signal.reason : asSkoopError(server, error);
        }
      }
    },
    close() {
      credentials.agent.destroy();
    },
  };
}

class TimeLimit extends Error {}

function asSkoopError(server: string, error: unknown): Error {
  return error instanceof TimeLimit ? unreachable(server, error.message, error) : networkError(server, error);
}

function send(server: string, credentials: Credentials, request: ApiRequest, timeoutMs: number): Promise<ApiAnswer> {
  const url = new URL(server + request.path);
  for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.append(key, value);
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return new Promise<ApiAnswer>((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: request.method,
      agent: credentials.agent,
      headers: {
        ...credentials.headers,
        Accept: 'application/json',
        'Accept-Encoding': 'gzip',
        'User-Agent': 'skoop',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      },
      ...(credentials.auth === undefined ? {} : { auth: credentials.auth }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    const whole = setTimeout(() => outgoing.destroy(new TimeLimit(`no answer within ${seconds(timeoutMs)}`)), timeoutMs);
    const connecting = setTimeout(
      () => outgoing.destroy(new TimeLimit(`no connection within ${seconds(CONNECT_TIMEOUT_MS)}`)),
      Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
    );
    const connected = () => clearTimeout(connecting);
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) connected();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    outgoing.on('response', (response) => {
      connected();
      readAnswer(response).then(resolve, reject);
    });
    outgoing.on('error', reject);
    outgoing.on('close', () => {
      clearTimeout(whole);
      connected();
    });
    outgoing.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<ApiAnswer> {
  const stream = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
  if (stream !== response) response.on('error', (error) => stream.destroy(error));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const retryAfter = Number(response.headers['retry-after']);
  return {
    status: response.statusCode ?? 0,
    text,
    body: parseJson(text),
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
