import { apiError, forbidden, refusalOf } from '../cluster/live/api-error.ts';
import { expectObject } from '../cluster/live/list.ts';
import type { LiveApi } from '../cluster/live/live-api.ts';
import { isRecord, textOf } from '../cluster/raw-list.ts';
import { OWNER_ANNOTATION, type Owner, ownerOf } from './owner.ts';
import { COLLECTOR, CREATED_LABEL, NAME_LABEL } from './pod-manifest.ts';

export interface CleanupResult {
  /** namespace/name */
  readonly pods: readonly string[];
  readonly namespaces: readonly string[];
  /** What could not be removed, or was left on purpose, and why. */
  readonly left: readonly { readonly what: string; readonly why: string }[];
}

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly ours: boolean;
  /** Of a pod of ours: the run that it belongs to. */
  readonly owner: Owner;
}

/**
 * Removes collector pods in whichever namespace they are, and the namespaces that skoop made, unless something else lives there by now.
 * Where the whole cluster may not be read, `namespace` alone. Throws coded errors where not even that may be. With `dryRun`: what would be removed.
 * Pods of a run that may be going on are left alone; with `all` they are removed as well.
 */
export async function cleanup(
  api: LiveApi,
  options: { readonly namespace: string; readonly dryRun?: boolean; readonly all?: boolean; readonly signal?: AbortSignal },
): Promise<CleanupResult> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const left: { what: string; why: string }[] = [];

  async function find(path: string, labelSelector: string): Promise<readonly Named[] | undefined> {
    const answer = await api.request({ method: 'GET', path, ...(labelSelector === '' ? {} : { query: { labelSelector } }), ...signal });
    if (refusalOf(answer) !== undefined) return undefined;
    if (answer.status === 404) return [];
    const items = expectObject(answer, api.server, 'look for what skoop left')['items'];
    return Array.isArray(items) ? items.filter(isRecord).map(named) : [];
  }
  async function remove(what: string, path: string): Promise<boolean> {
    if (options.dryRun === true) return true;
    const answer = await api.request({ method: 'DELETE', path, query: { gracePeriodSeconds: '0' }, ...signal });
    if (answer.status < 300 || answer.status === 404) return true;
    left.push({ what, why: apiError(answer, api.server, `remove ${what}`).message });
    return false;
  }

  const here = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}`;
  const selector = `${NAME_LABEL}=${COLLECTOR}`;
  const pods = (await find('/api/v1/pods', selector)) ?? (await find(`${here}/pods`, selector));
  if (pods === undefined) {
    const missing = { user: '', verb: 'list', resource: 'pods', group: '', namespace: options.namespace, message: '' };
    const answer = await api.request({ method: 'GET', path: `${here}/pods`, ...signal });
    throw forbidden([refusalOf(answer) ?? missing]);
  }
  const kept = options.all === true ? [] : pods.filter(({ owner }) => owner.kind !== 'nobody');
  for (const { namespace, name, owner } of kept) left.push({ what: `pod ${namespace}/${name}`, why: whyKept(owner) });
  const removedPods = await Promise.all(
    pods
      .filter((pod) => !kept.includes(pod))
      .map(async ({ namespace, name }) =>
        (await remove(`pod ${namespace}/${name}`, `/api/v1/namespaces/${namespace}/pods/${name}`)) ? [`${namespace}/${name}`] : [],
      ),
  );

  const namespaces = await find('/api/v1/namespaces', `${CREATED_LABEL}=true`);
  if (namespaces === undefined)
    left.push({ what: `namespace ${options.namespace}`, why: 'namespaces may not be listed: whether skoop made it is not known' });
  const removedNamespaces = await Promise.all(
    (namespaces ?? []).map(async ({ name }) => {
      if (kept.some((pod) => pod.namespace === name)) {
        left.push({ what: `namespace ${name}`, why: 'a run that may be going on has pods in it' });
        return [];
      }
      const others = (await find(`/api/v1/namespaces/${name}/pods`, ''))?.filter(({ ours }) => !ours);
      if (others === undefined || others.length > 0) {
        left.push({
          what: `namespace ${name}`,
          why: others === undefined ? 'what is in it may not be read' : `pod ${others[0]?.name ?? ''} in it is not skoop's`,
        });
        return [];
      }
      return (await remove(`namespace ${name}`, `/api/v1/namespaces/${name}`)) ? [name] : [];
    }),
  );
  return { pods: removedPods.flat(), namespaces: removedNamespaces.flat(), left };
}

function named(raw: Readonly<Record<string, unknown>>): Named {
  const metadata = isRecord(raw['metadata']) ? raw['metadata'] : {};
  const labels = isRecord(metadata['labels']) ? metadata['labels'] : {};
  const annotations = isRecord(metadata['annotations']) ? metadata['annotations'] : {};
  const status = isRecord(raw['status']) ? raw['status'] : {};
  return {
    namespace: textOf(metadata['namespace']),
    name: textOf(metadata['name']),
    ours: labels[NAME_LABEL] === COLLECTOR,
    owner: ownerOf(textOf(annotations[OWNER_ANNOTATION]), textOf(status['phase'])),
  };
}

function whyKept(owner: Owner): string {
  return owner.kind === 'here'
    ? `process ${String(owner.pid)} of this machine is using it (--all removes it all the same)`
    : 'a run on another machine may be using it; it ends by itself within minutes (--all removes it all the same)';
}
