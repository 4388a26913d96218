import { isRecord, textOf } from '../cluster/raw-list.ts';
import type { LiveApi } from '../cluster/live/live-api.ts';

export type NodeReadiness =
  | { readonly kind: 'ready' }
  /** Worth a short try: the kubelet may be there for all that. */
  | { readonly kind: 'not-ready'; readonly why: string }
  | { readonly kind: 'impossible'; readonly why: string };

/** What the API knows of a node. What can't be read counts as ready: the pod will tell. */
export async function nodeReadiness(api: LiveApi, node: string, signal: AbortSignal): Promise<NodeReadiness> {
  const answer = await api.request({ method: 'GET', path: `/api/v1/nodes/${encodeURIComponent(node)}`, signal });
  if (answer.status === 404) return { kind: 'impossible', why: `there is no node ${node} any more` };
  if (answer.status !== 200 || !isRecord(answer.body)) return { kind: 'ready' };
  const metadata = isRecord(answer.body['metadata']) ? answer.body['metadata'] : {};
  const labels = isRecord(metadata['labels']) ? metadata['labels'] : {};
  const os = textOf(labels['kubernetes.io/os']);
  if (os !== '' && os !== 'linux') return { kind: 'impossible', why: `its operating system is ${os}: only Linux is collected` };
  const status = isRecord(answer.body['status']) ? answer.body['status'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter(isRecord) : [];
  const ready = conditions.find((condition) => condition['type'] === 'Ready');
  if (ready === undefined || ready['status'] === 'True') return { kind: 'ready' };
  const why = [textOf(ready['reason']), textOf(ready['message'])].filter((part) => part !== '').join(': ');
  const since = textOf(ready['lastTransitionTime']);
  return { kind: 'not-ready', why: `the node is NotReady${since === '' ? '' : ` since ${since}`}${why === '' ? '' : ` (${why})`}` };
}
