import { WebSocket } from 'ws';
import { messageOf } from './api-error.ts';
import type { ApiAnswer, Connection } from './connection.ts';
import { abortReason } from './wait.ts';

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Standard output is cut there. */
  readonly maxBytes: number;
}

/** What came back. However it ended, `stdout` is what arrived until then. */
export interface ExecResult {
  readonly stdout: Uint8Array;
  /** The first 4 KiB. */
  readonly stderr: string;
  /**
   * `exited`: the command ended by itself. `failed`: the command could not be run, or the stream ended before it did. `why` is for a person.
   */
  readonly end: { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'failed'; readonly why: string };
}

/** Newest first: v5 can close streams; v4 brings the exit status as JSON. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [STDOUT, STDERR, STATUS] = [1, 2, 3];
const STDERR_LIMIT = 4096;

/** Runs a command in a container. Never throws, never waits longer than its limits: the socket may close, hang or be refused at any time. */
export function exec(connection: Connection, request: ExecRequest): Promise<ExecResult> {
  const { namespace, pod, container, command, signal, timeoutMs, maxBytes } = request;
  const url = new URL(`${connection.server}/api/v1/namespaces/${namespace}/pods/${pod}/exec`);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  for (const [key, value] of Object.entries({ container, stdout: 'true', stderr: 'true' })) url.searchParams.append(key, value);
  for (const word of command) url.searchParams.append('command', word);
  const { headers, agent, auth, tls } = connection.credentials;

  return new Promise((resolve) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let size = 0;
    let errorSize = 0;
    const socket = new WebSocket(url, PROTOCOLS, {
      ...(tls as object),
      agent,
      headers: headers as Record<string, string>,
      ...(auth === undefined ? {} : { auth }),
      handshakeTimeout: timeoutMs,
      perMessageDeflate: false,
    });
    const timer = setTimeout(() => fail(`it did not end within ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    const stop = () => fail(abortReason(signal));
    let ended = false;

    function finish(end: ExecResult['end']): void {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      // Not close(): that waits for an answer, and the other end may be gone.
      socket.terminate();
      resolve({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8').trim(), end });
    }
    function fail(why: string): void {
      finish({ kind: 'failed', why });
    }

    socket.on('message', (data) => {
      const frame = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      const content = frame.subarray(1);
      if (frame[0] === STDOUT) {
        const room = maxBytes - size;
        size += content.length;
        stdout.push(content.subarray(0, Math.max(0, room)));
        if (size > maxBytes) fail(`it wrote more than ${maxBytes} bytes`);
      } else if (frame[0] === STDERR) {
        if (errorSize < STDERR_LIMIT) stderr.push(content.subarray(0, STDERR_LIMIT - errorSize));
        errorSize += content.length;
      } else if (frame[0] === STATUS) {
        finish(endOf(content.toString('utf8')));
      }
    });
    socket.on('unexpected-response', (_outgoing, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('close', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const answer: ApiAnswer = { status: response.statusCode ?? 0, text, body: parse(text), retryAfter: undefined };
        fail(`the API server refused the connection to the container: ${messageOf(answer)}`);
      });
    });
    socket.on('error', (error) => fail(`the connection to the container failed: ${error.message}`));
    socket.on('close', (code) => fail(`the connection to the container was closed before the command ended (code ${code})`));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** `{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}` */
function endOf(text: string): ExecResult['end'] {
  const status = parse(text) as
    { status?: unknown; message?: unknown; details?: { causes?: { reason?: unknown; message?: unknown }[] } } | undefined;
  if (status?.status === 'Success') return { kind: 'exited', code: 0 };
  const code = Number(status?.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
  if (Number.isInteger(code)) return { kind: 'exited', code };
  return {
    kind: 'failed',
    why: `the container runtime could not run the command: ${typeof status?.message === 'string' ? status.message : text}`,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
