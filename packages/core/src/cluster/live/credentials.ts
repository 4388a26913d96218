import { Agent as HttpAgent } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestOptions } from 'node:https';
import { skoopError } from '../../contracts/error.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { Target } from './kubeconfig.ts';
import { proxyFor } from './proxy.ts';
import { isSimple, simpleTls } from './simple-credentials.ts';

/** What every request carries: who asks, and the sockets on which it asks. */
export interface Credentials {
  readonly headers: OutgoingHttpHeaders;
  readonly agent: HttpAgent;
  /** `name:password`, for HTTP's basic scheme. */
  readonly auth: string | undefined;
  /** For sockets of their own (WebSocket): certificates and the like. */
  readonly tls: RequestOptions;
}

/** Makes credentials once a run: an exec plugin is started once, and connections are kept. */
export async function makeCredentials(target: Target, options: ConnectOptions): Promise<Credentials> {
  const env = options.env ?? process.env;
  const plain = target.server.protocol === 'http:';
  const proxyUrl = target.cluster['proxy-url'] ?? proxyFor(target.server, env);
  let tls: RequestOptions;
  try {
    tls = isSimple(target.user, proxyUrl) ? await simpleTls(target) : await libraryTls(target, proxyUrl);
  } catch (cause) {
    throw credentialError(target, cause);
  }
  const { agent: proxied, auth, headers, ...rest } = tls as Omit<RequestOptions, 'headers'> & { headers?: OutgoingHttpHeaders };
  return {
    headers: { ...headers, ...impersonation(target, options) },
    agent: proxyUrl !== undefined && proxied instanceof HttpAgent ? proxied : keepAlive(plain, rest),
    auth: auth ?? undefined,
    tls: rest,
  };
}

/** Plugins, token files, providers of tokens and proxies are the client library's. It costs half a second: it is loaded for those alone. */
async function libraryTls(target: Target, proxyUrl: string | undefined): Promise<RequestOptions> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const { cluster, user } = target;
  config.loadFromClusterAndUser(
    {
      name: 'target',
      server: target.server.href.replace(/\/$/, ''),
      // The library refuses plain HTTP otherwise; kubectl does not.
      skipTLSVerify: target.server.protocol === 'http:' || cluster['insecure-skip-tls-verify'] === true,
      ...given('caFile', cluster['certificate-authority']),
      ...given('caData', cluster['certificate-authority-data']),
      ...given('tlsServerName', cluster['tls-server-name']),
      ...given('proxyUrl', proxyUrl),
    },
    {
      name: 'target',
      ...given('certFile', user['client-certificate']),
      ...given('certData', user['client-certificate-data']),
      ...given('keyFile', user['client-key']),
      ...given('keyData', user['client-key-data']),
      ...given('username', user.username),
      ...given('password', user.password),
      ...given('authProvider', user['auth-provider'] ?? undefined),
      ...given('exec', execConfig(target)),
      ...given('authProvider', user.tokenFile === undefined ? undefined : { name: 'tokenFile', config: { tokenFile: user.tokenFile } }),
      ...given('token', user.tokenFile === undefined ? user.token : undefined),
    },
  );
  const tls: RequestOptions = {};
  await config.applyToHTTPSOptions(tls);
  return tls;
}

function keepAlive(plain: boolean, tls: RequestOptions): HttpAgent {
  const options = { keepAlive: true, maxSockets: 32 };
  if (plain) return new HttpAgent(options);
  const { ca, cert, key, servername, rejectUnauthorized } = tls;
  return new HttpsAgent({
    ...options,
    ...given('ca', ca),
    ...given('cert', cert),
    ...given('key', key),
    ...given('servername', servername),
    ...given('rejectUnauthorized', rejectUnauthorized),
  });
}

function impersonation(target: Target, options: ConnectOptions): OutgoingHttpHeaders {
  const as = options.as ?? target.user.as;
  const groups = options.asGroup ?? target.user['as-groups'] ?? [];
  if (as === undefined || as === '') {
    if (groups.length === 0) return {};
    throw skoopError('KUBECONFIG_IMPERSONATION', 'a group is impersonated without a user', { remedy: 'Add --as USER to --as-group.' });
  }
  const uid = options.as === undefined ? target.user['as-uid'] : undefined;
  return { 'Impersonate-User': as, ...(groups.length === 0 ? {} : { 'Impersonate-Group': [...groups] }), ...given('Impersonate-Uid', uid) };
}

/** Plugins learn from KUBERNETES_EXEC_INFO which version of the protocol to speak, and that nobody sits there to answer questions. */
function execConfig(target: Target): unknown {
  const { exec } = target.user;
  if (exec === undefined || exec === null) return undefined;
  const cluster = { server: target.server.href, 'certificate-authority-data': target.cluster['certificate-authority-data'] };
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    spec: { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) },
  };
  return { ...exec, args: exec.args ?? [], env: [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] };
}

function credentialError(target: Target, cause: unknown): Error {
  const { exec } = target.user;
  const { code, path, message } = cause as NodeJS.ErrnoException;
  const said = String(message).trim().split('\n').slice(0, 5).join('; ');
  if (exec !== undefined && exec !== null) {
    if (code === 'ENOENT' && (path === exec.command || path === undefined)) {
      throw skoopError('KUBECONFIG_EXEC_MISSING', `the credential plugin ${exec.command} of context ${target.context} is not installed`, {
        remedy: exec.installHint ?? `Install ${exec.command}, or choose another context.`,
        cause,
      });
    }
    return skoopError(
      'CLUSTER_UNAUTHORIZED',
      `the credential plugin ${exec.command} of context ${target.context} failed: ${said || 'it said nothing'}`,
      {
        remedy: `Run \`${[exec.command, ...(exec.args ?? [])].join(' ')}\` by hand; you may have to log in again.`,
        exit: 4,
        cause,
      },
    );
  }
  return skoopError('KUBECONFIG_CREDENTIALS', `the credentials of context ${target.context} cannot be used: ${said}`, {
    remedy: 'Check the files that the kubeconfig names (certificate-authority, client-certificate, client-key, tokenFile).',
    cause,
  });
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}
