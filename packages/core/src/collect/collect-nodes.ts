import { randomBytes } from 'node:crypto';
import { forbidden, messageOf, refusalOf } from '../cluster/live/api-error.ts';
import type { LiveApi } from '../cluster/live/live-api.ts';
import { abortReason, pause } from '../cluster/live/wait.ts';
import { isRecord, textOf } from '../cluster/raw-list.ts';
import type { Log } from '../contracts/context.ts';
import { isSkoopError } from '../contracts/error.ts';
import { ensureNamespace } from './namespace.ts';
import { nodeReadiness } from './node-state.ts';
import type { NodeReadiness } from './node-state.ts';
import { collectorArgs } from './options.ts';
import type { CollectOptions } from './options.ts';
import { ownMark } from './owner.ts';
import { COLLECTOR, CONTAINER, NAME_LABEL, RUN_LABEL, collectCommand, podManifest, podName } from './pod-manifest.ts';
import { lastWarning, podState } from './pod-state.ts';

export type NodeDump =
  /** `seconds`: from the request for the pod to the end of its stream. `cut`: why the stream ended before the script did. */
  | { readonly kind: 'dump'; readonly bytes: Uint8Array; readonly seconds: number; readonly cut?: string }
  | { readonly kind: 'missing'; readonly why: string };

export interface CollectProgress {
  readonly node: string;
  readonly phase: 'starting' | 'collecting' | 'done' | 'missing';
}

/** A node that is NotReady gets this long. */
const NOT_READY_MS = 5_000;
/** A living kubelet takes up a pod within a second. */
const SILENT_KUBELET_MS = 10_000;
const DELETE_MS = 10_000;
const REMOVALS = 3;
const REMOVAL_PAUSE_MS = 300;
const MAX_DUMP = 512 * 1024 * 1024;

interface Run {
  readonly api: LiveApi;
  readonly id: string;
  readonly options: CollectOptions;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress: (event: CollectProgress) => void;
  readonly pods: PodWatch;
}

/**
 * Collects these nodes at once, each by a pod of its own that is removed however it ends, an abort included.
 * Never throws: a node that gives nothing is `missing`, with the reason of its own. Returns when the pods are gone.
 */
export async function collectNodes(
  api: LiveApi,
  nodes: readonly string[],
  options: CollectOptions,
  context: { readonly signal: AbortSignal; readonly log: Log; readonly progress?: (event: CollectProgress) => void },
): Promise<ReadonlyMap<string, NodeDump>> {
  const wanted = [...new Set(nodes)];
  if (wanted.length === 0) return new Map();
  const { signal, log, progress = () => {} } = context;
  log.info(
    `making a privileged pod (host pids and network) in namespace ${options.namespace} on ${wanted.length} node${wanted.length === 1 ? '' : 's'}: ` +
      `${wanted.join(', ')}; image ${options.image}; ${options.preserve ? 'they stay there' : 'removed afterwards'}`,
  );
  try {
    if (await ensureNamespace(api, options.namespace, signal))
      log.info(`made namespace ${options.namespace}; \`skoop cleanup\` removes it`);
  } catch (error) {
    const why = whyOf(error, signal);
    return new Map(wanted.map((node) => [node, { kind: 'missing', why }]));
  }
  const id = randomBytes(4).toString('hex');
  const run: Run = { api, id, options, signal, log, progress, pods: watchPods(api, id, options, signal) };
  try {
    const dumps = await Promise.all(wanted.map(async (node) => [node, await collectNode(run, node)] as const));
    return new Map(dumps);
  } finally {
    run.pods.stop();
  }
}

async function collectNode(run: Run, node: string): Promise<NodeDump> {
  const { api, options, signal, progress } = run;
  const name = podName(node, run.id);
  let requested = false;
  try {
    signal.throwIfAborted();
    const readiness = await nodeReadiness(api, node, signal);
    if (readiness.kind === 'impossible') return missing(run, node, readiness.why);
    progress({ node, phase: 'starting' });
    const begin = performance.now();
    requested = true;
    const refused = await createPod(run, node);
    if (refused !== undefined) return missing(run, node, refused);
    const unstarted = await started(run, node, name, readiness);
    if (unstarted !== undefined) return missing(run, node, unstarted);
    progress({ node, phase: 'collecting' });
    const command = collectCommand(options.args?.(node) ?? collectorArgs(node, options));
    const result = await api.exec({
      namespace: options.namespace,
      pod: name,
      container: CONTAINER,
      command,
      signal,
      timeoutMs: options.runMs,
      maxBytes: MAX_DUMP,
    });
    const cut =
      result.end.kind === 'failed'
        ? result.end.why
        : result.end.code === 0
          ? undefined
          : `the collector ended with status ${result.end.code}`;
    if (result.stdout.length === 0) {
      return missing(run, node, [cut ?? 'the collector wrote nothing', result.stderr].filter((part) => part !== '').join(': '));
    }
    progress({ node, phase: 'done' });
    const seconds = (performance.now() - begin) / 1000;
    return { kind: 'dump', bytes: result.stdout, seconds, ...(cut === undefined ? {} : { cut }) };
  } catch (error) {
    return missing(run, node, whyOf(error, signal));
  } finally {
    if (requested && !options.preserve) await removePod(run, name);
  }
}

function missing({ progress }: Run, node: string, why: string): NodeDump {
  progress({ node, phase: 'missing' });
  return { kind: 'missing', why };
}

/** Why it was refused; undefined once it is made. Not under the run's signal: a request cut in the middle may have made the pod. */
async function createPod({ api, id, options, signal }: Run, node: string): Promise<string | undefined> {
  const end = Date.now() + options.podWaitMs;
  for (;;) {
    const answer = await api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods`,
      body: podManifest(node, id, options, options.preserve ? undefined : ownMark()),
      timeoutMs: DELETE_MS,
    });
    if (answer.status < 300 || answer.status === 409) return undefined;
    const message = messageOf(answer);
    // A namespace that was just made has its default service account a moment later.
    if (answer.status === 403 && message.includes('serviceaccount "default" not found') && Date.now() < end) {
      await pause(100, signal);
      continue;
    }
    const refusal = refusalOf(answer);
    if (refusal === undefined) return `the API server did not make the collector pod: ${message}`;
    if (refusal.verb === '') return `the collector pod was not admitted to namespace ${options.namespace}: ${message}`;
    const error = forbidden([refusal]);
    return `${error.message}: no collector pod can be made. ${isSkoopError(error) ? error.remedy : ''}`;
  }
}

/** Waits until the pod runs. Its own reason where it can't; what its events say where it takes too long. */
async function started(run: Run, node: string, name: string, readiness: NodeReadiness): Promise<string | undefined> {
  const { options, pods } = run;
  const patience = Math.min(options.podWaitMs, readiness.kind === 'not-ready' ? NOT_READY_MS : Infinity);
  const begin = Date.now();
  for (;;) {
    const pod = await pods.next(name);
    if (pod === 'removed') return `its collector pod ${options.namespace}/${name} was removed by somebody else`;
    const state = podState(pod ?? {});
    if (state.kind === 'running') return undefined;
    if (state.kind === 'failed') return `its collector pod did not start: ${state.why}`;
    const waited = Date.now() - begin;
    const limit = state.seen ? patience : Math.min(patience, SILENT_KUBELET_MS);
    if (waited < limit) continue;
    if (readiness.kind === 'not-ready') return readiness.why;
    if (!state.seen)
      return `the kubelet of ${node} has not taken up the collector pod within ${Math.round(waited / 1000)} s: the node or its way to the API server is down`;
    const warning = await podWarning(run, name);
    return `its collector pod did not start within ${Math.round(waited / 1000)} s: ${warning || state.why}`;
  }
}

async function podWarning({ api, options, signal }: Run, name: string): Promise<string> {
  const answer = await api.request({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/events`,
    query: { fieldSelector: `involvedObject.name=${name}` },
    signal,
    timeoutMs: 5000,
  });
  return lastWarning(answer.body);
}

/**
 * On its own time: the run's signal may be the reason why it is called. Tried again where the server is busy; a pod that can't be
 * removed is left to its deadline and to `skoop cleanup`, and told of.
 */
async function removePod({ api, options, log }: Run, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods/${name}`;
  let why = '';
  for (let tries = 0; tries < REMOVALS; tries++) {
    if (tries > 0) await pause(REMOVAL_PAUSE_MS);
    try {
      const answer = await api.request({ method: 'DELETE', path, query: { gracePeriodSeconds: '0' }, timeoutMs: DELETE_MS });
      if (answer.status < 300 || answer.status === 404) return;
      why = messageOf(answer);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  log.warn(
    `the collector pod ${options.namespace}/${name} could not be removed (${why}): \`skoop cleanup\` does it; else it ends by its deadline`,
  );
}

function whyOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return abortReason(signal);
  if (isSkoopError(error)) return `${error.message}${error.remedy === '' ? '' : `. ${error.remedy}`}`;
  throw error;
}

/** One look at all pods of the run serves everybody who waits. */
interface PodWatch {
  /** The pod at the next look; undefined: not there yet. */
  next(name: string): Promise<Readonly<Record<string, unknown>> | 'removed' | undefined>;
  stop(): void;
}

function watchPods(api: LiveApi, id: string, options: CollectOptions, signal: AbortSignal): PodWatch {
  const known = new Set<string>();
  let look: Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> | undefined;
  let stopped = false;

  async function lookOnce(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    await pause(options.pollMs, signal);
    look = undefined;
    if (stopped) return new Map();
    const answer = await api.request({
      method: 'GET',
      path: `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods`,
      query: { labelSelector: `${NAME_LABEL}=${COLLECTOR},${RUN_LABEL}=${id}` },
      signal,
    });
    const refusal = refusalOf(answer);
    if (refusal !== undefined) throw forbidden([refusal]);
    const items = isRecord(answer.body) && Array.isArray(answer.body['items']) ? answer.body['items'].filter(isRecord) : [];
    return new Map(items.map((pod) => [textOf(isRecord(pod['metadata']) ? pod['metadata']['name'] : ''), pod]));
  }

  return {
    async next(name) {
      look ??= lookOnce();
      const pod = (await look).get(name);
      if (pod === undefined) return known.has(name) ? 'removed' : undefined;
      known.add(name);
      return pod;
    },
    stop() {
      stopped = true;
    },
  };
}
