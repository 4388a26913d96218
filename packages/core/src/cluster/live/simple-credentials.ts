import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { Target } from './kubeconfig.ts';

/** Certificates, a token, a name with its password: what stands in the kubeconfig itself, with no program to ask and no proxy to pass. */
export function isSimple(user: Target['user'], proxyUrl: string | undefined): boolean {
  const { exec, 'auth-provider': provider, tokenFile } = user;
  return proxyUrl === undefined && (exec ?? provider ?? tokenFile ?? undefined) === undefined;
}

/** What a request carries for them. Data in the kubeconfig comes before the file that it names, as for kubectl. */
export async function simpleTls({ cluster, user }: Target): Promise<RequestOptions> {
  const ca = await bytes(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await bytes(user['client-certificate-data'], user['client-certificate']);
  const key = await bytes(user['client-key-data'], user['client-key']);
  const { 'tls-server-name': servername, 'insecure-skip-tls-verify': skips } = cluster;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(skips === true ? { rejectUnauthorized: false } : {}),
    ...(user.token === undefined ? {} : { headers: { Authorization: `Bearer ${user.token}` } }),
    ...(user.username === undefined ? {} : { auth: `${user.username}:${user.password ?? ''}` }),
  };
}

async function bytes(data: string | undefined, file: string | undefined): Promise<Buffer | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  return file === undefined ? undefined : readFile(file);
}
