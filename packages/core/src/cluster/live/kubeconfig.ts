import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import { skoopError } from '../../contracts/error.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { Entry, MergedKubeconfig } from './kubeconfig-files.ts';
import { malformed, readKubeconfig } from './kubeconfig-files.ts';
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-schema.ts';
import { clusterSchema, contextSchema, userSchema } from './kubeconfig-schema.ts';

/** Where to connect and as whom: one context, with every path absolute. */
export interface Target {
  /** Name of the context, or `in-cluster`. */
  readonly context: string;
  readonly namespace: string;
  readonly server: URL;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Chooses the target as kubectl does. Throws `KUBECONFIG_*`, exit status 2. */
export function chooseTarget(options: ConnectOptions): Target {
  const config = readKubeconfig(options);
  if (config === undefined) return inCluster(options);
  const contextName = options.context ?? config.currentContext;
  const entry = contextName === undefined ? undefined : config.contexts.get(contextName);
  if (contextName !== undefined && entry === undefined && (options.context !== undefined || options.cluster === undefined)) {
    throw unknownEntry('context', contextName, config.contexts, config);
  }
  const context =
    entry === undefined
      ? { cluster: undefined, user: undefined, namespace: undefined }
      : check(entry, contextSchema, `context ${contextName ?? ''}`);
  const clusterName = options.cluster ?? context.cluster;
  if (clusterName === undefined) {
    throw skoopError('KUBECONFIG_NO_CONTEXT', `no current context is set in ${config.files.join(', ')}`, {
      remedy: `Choose one with --context: ${[...config.contexts.keys()].join(', ') || '(there is none)'}.`,
    });
  }
  const clusterEntry = config.clusters.get(clusterName);
  if (clusterEntry === undefined) throw unknownEntry('cluster', clusterName, config.clusters, config);
  const userName = options.user ?? context.user;
  const userEntry = userName === undefined ? undefined : config.users.get(userName);
  if (userName !== undefined && userEntry === undefined) throw unknownEntry('user', userName, config.users, config);
  const cluster = withPaths(check(clusterEntry, clusterSchema, `cluster ${clusterName}`), clusterEntry.file, ['certificate-authority']);
  const user =
    userEntry === undefined
      ? check({ file: '', value: {} }, userSchema, '')
      : absoluteUser(check(userEntry, userSchema, `user ${userName ?? ''}`), userEntry.file);
  return {
    context: contextName ?? clusterName,
    namespace: options.namespace ?? context.namespace ?? 'default',
    server: serverUrl(cluster.server, clusterEntry.file),
    cluster,
    user,
  };
}

function inCluster(options: ConnectOptions): Target {
  const env = options.env ?? process.env;
  const host = env['KUBERNETES_SERVICE_HOST'];
  const token = readOptional(join(SERVICE_ACCOUNT, 'token'));
  if (host === undefined || host === '' || token === undefined) {
    throw skoopError(
      'KUBECONFIG_MISSING',
      'there is no kubeconfig: $KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod with a service account',
      {
        remedy: 'Name a kubeconfig with --kubeconfig or $KUBECONFIG, or work from a file with --snapshot.',
      },
    );
  }
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
  return {
    context: 'in-cluster',
    namespace: options.namespace ?? readOptional(join(SERVICE_ACCOUNT, 'namespace'))?.trim() ?? 'default',
    server: new URL(server),
    cluster: clusterSchema.parse({ server, 'certificate-authority': join(SERVICE_ACCOUNT, 'ca.crt') }),
    user: userSchema.parse({ token: token.trim() }),
  };
}

function unknownEntry(what: string, name: string, known: ReadonlyMap<string, Entry>, config: MergedKubeconfig): Error {
  const files = config.files.join(', ');
  return skoopError('KUBECONFIG_UNKNOWN', `the kubeconfig ${files} has no ${what} "${name}"`, {
    remedy: known.size === 0 ? `It has no ${what}s at all.` : `It has: ${[...known.keys()].join(', ')}.`,
  });
}

function check<S extends z.ZodType>(entry: Entry, schema: S, what: string): z.infer<S> {
  const result = schema.safeParse(entry.value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw malformed(entry.file, `${what}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function serverUrl(text: string, file: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw malformed(file, `server "${text}" is not an http or https URL`);
  return url;
}

function absoluteUser(user: KubeconfigUser, file: string): KubeconfigUser {
  const absolute = withPaths(user, file, ['client-certificate', 'client-key', 'tokenFile']);
  const { exec } = absolute;
  if (exec === undefined || exec === null || isAbsolute(exec.command) || !/[/\\]/.test(exec.command)) return absolute;
  return { ...absolute, exec: { ...exec, command: join(dirname(file), exec.command) } };
}

function withPaths<T extends Readonly<Record<string, unknown>>>(value: T, file: string, keys: readonly (keyof T & string)[]): T {
  const paths = keys.flatMap((key) => {
    const path = value[key];
    return typeof path === 'string' && !isAbsolute(path) ? [[key, join(dirname(file), path)] as const] : [];
  });
  return { ...value, ...Object.fromEntries(paths) };
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
