import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { CollectOptions } from './options.ts';
import { OWNER_ANNOTATION } from './owner.ts';

export const NAME_LABEL = 'app.kubernetes.io/name';
export const COLLECTOR = 'skoop-collector';
export const RUN_LABEL = 'skoop.io/run';
/** On a namespace: skoop made it, and may remove it. */
export const CREATED_LABEL = 'skoop.io/created';

export const CONTAINER = 'collector';
/** In the container's own file system. */
const SCRIPT_PATH = '/tmp/skoop-collect.sh';

/** One argument of a process is at most 128 KiB (MAX_ARG_STRLEN), its end included. */
const MAX_ARGUMENT = 128 * 1024 - 1;

/** Unique in a run, and valid whatever the node is called. */
export function podName(node: string, runId: string): string {
  const readable = node
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 30)
    .replace(/-+$/, '');
  const exact = createHash('sha256').update(node).digest('hex').slice(0, 6);
  return ['skoop-collector', readable, exact, runId].filter((part) => part !== '').join('-');
}

/**
 * A pod that waits on one node until it is told to collect. It sees every namespace of the node (privileged, the host's pids and network),
 * has no rights in the cluster (no token), and ends by itself should nobody remove it.
 *
 * @param owner who will remove it; `undefined` for one that is to stay
 */
export function podManifest(node: string, runId: string, options: CollectOptions, owner?: string): Readonly<Record<string, unknown>> {
  const lifetime = Math.ceil((options.podWaitMs + options.runMs) / 1000) + 30;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(node, runId),
      namespace: options.namespace,
      labels: { [NAME_LABEL]: COLLECTOR, [RUN_LABEL]: runId },
      ...(owner === undefined ? {} : { annotations: { [OWNER_ANNOTATION]: owner } }),
    },
    spec: {
      // Directly, past the scheduler: a node that is cordoned or full is looked at as well.
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      hostPID: true,
      hostNetwork: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: lifetime,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: CONTAINER,
          image: options.image,
          imagePullPolicy: options.pullPolicy,
          command: ['sh', '-c', ...waiting(options.script, lifetime)],
          securityContext: { privileged: true, runAsUser: 0 },
          resources: { requests: { cpu: '50m', memory: '32Mi' }, limits: { cpu: '1', memory: '512Mi' } },
        },
      ],
    },
  };
}

/** Puts the script down, then waits. The name appears in one step: who sees the file sees all of it. */
function waiting(script: string, seconds: number): readonly string[] {
  const plain = escapeExpansion(script);
  const fits = Buffer.byteLength(plain) <= MAX_ARGUMENT;
  const unpack = fits ? `printf '%s' "$1"` : `printf '%s' "$1" | base64 -d | gzip -d`;
  const argument = fits ? plain : gzipSync(script).toString('base64');
  return [
    escapeExpansion(`${unpack} > ${SCRIPT_PATH}.part && mv ${SCRIPT_PATH}.part ${SCRIPT_PATH}; exec sleep ${seconds}`),
    'skoop-collector',
    argument,
  ];
}

/** The kubelet replaces $(NAME) in arguments, and makes every $$ a $. Source: third_party/forked/golang/expansion. */
function escapeExpansion(text: string): string {
  return text.split('$').join('$$');
}

/** What is run in the container: its standard output is the dump. */
export function collectCommand(args: readonly string[]): readonly string[] {
  const awaitScript = `i=0; while [ ! -e ${SCRIPT_PATH} ] && [ $i -lt 100 ]; do i=$((i+1)); sleep 0.05; done; exec sh ${SCRIPT_PATH} "$@"`;
  return ['sh', '-c', awaitScript, 'skoop-collector', ...args];
}

export function namespaceManifest(name: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        [CREATED_LABEL]: 'true',
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/audit': 'privileged',
        'pod-security.kubernetes.io/warn': 'privileged',
      },
    },
  };
}
