import type { ConnectOptions } from './connect-options.ts';
import type { LiveApi } from './live-api.ts';

/**
 * Finds the cluster and the user as kubectl does, and makes the credentials; nothing is asked of the server yet.
 * Throws `KUBECONFIG_*` (exit status 2), and `CLUSTER_UNAUTHORIZED` (4) where a credential plugin fails.
 *
 * What it needs is loaded when it is called: runs without a cluster start faster.
 */
export async function connect(options: ConnectOptions, signal?: AbortSignal): Promise<LiveApi> {
  const { openLiveApi } = await import('./live-api.ts');
  return openLiveApi(options, signal);
}
