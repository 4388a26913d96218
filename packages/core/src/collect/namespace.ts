import { expectObject } from '../cluster/live/list.ts';
import type { LiveApi } from '../cluster/live/live-api.ts';
import { pause } from '../cluster/live/wait.ts';
import { isRecord } from '../cluster/raw-list.ts';
import { namespaceManifest } from './pod-manifest.ts';

const GONE_WITHIN_MS = 10_000;

/** Makes the collectors' namespace where it is missing. One that is just being removed is waited for. True: it was made now. */
export async function ensureNamespace(api: LiveApi, name: string, signal: AbortSignal): Promise<boolean> {
  const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
  const end = Date.now() + GONE_WITHIN_MS;
  for (;;) {
    const answer = await api.request({ method: 'GET', path, signal });
    // Not allowed to look: making the pod will tell.
    if (answer.status === 403) return false;
    if (answer.status === 404) {
      const made = await api.request({ method: 'POST', path: '/api/v1/namespaces', body: namespaceManifest(name), signal });
      if (made.status === 409) continue;
      expectObject(made, api.server, `make namespace ${name}`);
      return true;
    }
    const status = expectObject(answer, api.server, `read namespace ${name}`)['status'];
    const ending = isRecord(status) && status['phase'] === 'Terminating';
    if (!ending || Date.now() > end) return false;
    await pause(200, signal);
  }
}
