import type { ConnectOptions } from './connect-options.ts';
import { openConnection } from './connection.ts';
import type { ApiAnswer, ApiRequest } from './connection.ts';
import { exec } from './exec.ts';
import type { ExecRequest, ExecResult } from './exec.ts';
import { chooseTarget } from './kubeconfig.ts';
import type { ListWanted, RawLists } from './list-cluster.ts';
import { listCluster } from './list-cluster.ts';

/** A cluster's API, as one user. */
export interface LiveApi {
  /** `https://10.0.0.1:6443` */
  readonly server: string;
  /** The kubeconfig's context; `in-cluster` in a pod. */
  readonly context: string;
  /** The one that a name without a namespace is in. */
  readonly namespace: string;
  /** All lists that a diagnosis starts from, at once. Throws coded errors with exit status 4, or the signal's reason. */
  list(wanted: ListWanted, options?: { readonly signal?: AbortSignal }): Promise<RawLists>;
  /** Any HTTP status is an answer. */
  request(request: ApiRequest): Promise<ApiAnswer>;
  exec(request: ExecRequest): Promise<ExecResult>;
  close(): void;
}

/** See `connect`. */
export async function openLiveApi(options: ConnectOptions, signal?: AbortSignal): Promise<LiveApi> {
  const connection = await abortable(openConnection(chooseTarget(options), options), signal);
  return {
    server: connection.server,
    context: connection.target.context,
    namespace: connection.target.namespace,
    list: (wanted, { signal: listSignal } = {}) => listCluster(connection, wanted, listSignal),
    request: (request) => connection.request(request),
    exec: (request) => exec(connection, request),
    close: () => connection.close(),
  };
}

/** A credential plugin may wait for somebody: the run does not. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
