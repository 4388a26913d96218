import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createRelay } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stub } from '../testing/stub.ts';
import { REGION, VPC, healthyWorld } from '../testing/world.ts';

/**
 * Keys of a role: the real SDK asks a machine's metadata at their own address (100.100.100.200) and the token service by its own name, in
 * a network namespace where both are the test's. What is behind them stands in this process, over sockets of the file system.
 */

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const NAMES = ['sts.aliyuncs.com', `sts.${REGION}.aliyuncs.com`, `sts-vpc.${REGION}.aliyuncs.com`];
const KEYS = { id: 'STS.test', secret: 'a secret / of a role', token: 'a token of an hour' };
const ROLE = 'skoop-reader';
const ROLE_ARN = `acs:ram::1:role/${ROLE}`;
const PROVIDER_ARN = 'acs:ram::1:oidc-provider/ack-rrsa';
const OIDC_TOKEN = 'the.token.of-a-service-account';

const ASK = `
import { connect, createServer } from 'node:net';
import { sdkRequest } from './dist/api/sdk.js';
const relay = (host, port, name) => new Promise((resolve) => {
  createServer((near) => {
    const far = connect(process.env.SOCKETS + '/' + name);
    for (const socket of [near, far]) socket.on('error', () => { near.destroy(); far.destroy(); });
    near.pipe(far).pipe(near);
  }).listen(port, host, resolve);
});
await Promise.all([relay('100.100.100.200', 80, 'metadata'), relay('127.0.0.1', 443, 'sts'), relay('127.0.0.1', 8000, 'cloud')]);
const request = sdkRequest({ keys: undefined, endpoint: { protocol: 'http', host: '127.0.0.1:8000' } });
console.log(JSON.stringify(await request('DescribeVpcs', '${REGION}', { VpcId: '${VPC}' })));
process.exit();`;

let folder: string;
let certificate: { readonly key: Buffer; readonly cert: Buffer };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skoop-roles-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = NAMES.map((name) => `DNS:${name}`).join(',');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=sts',
      '-addext',
      `subjectAltName=${names}`,
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  certificate = { key: readFileSync(key), cert: readFileSync(cert) };
  writeFileSync(join(folder, 'hosts'), `127.0.0.1 localhost ${NAMES.join(' ')}\n`);
  writeFileSync(join(folder, 'token'), OIDC_TOKEN);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** How a machine gives out its metadata: to whoever has fetched a token, to everybody, or as if it had no role. */
let metadata: 'with a token' | 'without tokens';
/** What was asked, in order: `PUT /latest/api/token`, `AssumeRoleWithOIDC sts.aliyuncs.com`. */
let asked: string[];

function keysOfTheRole(): object {
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  return { AccessKeyId: KEYS.id, AccessKeySecret: KEYS.secret, SecurityToken: KEYS.token, Expiration };
}

function answerMetadata({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
  asked.push(`${method ?? ''} ${url}`);
  const say = (status: number, text: string): void => void response.writeHead(status).end(text);
  if (method === 'PUT') return metadata === 'with a token' ? say(200, 'of-the-machine') : say(404, '');
  if (metadata === 'with a token' && headers['x-aliyun-ecs-metadata-token'] !== 'of-the-machine') return say(403, '');
  const path = url.replace('/latest/meta-data/ram/security-credentials/', '');
  if (path === '') return say(200, ROLE);
  return path === ROLE ? say(200, JSON.stringify({ Code: 'Success', ...keysOfTheRole() })) : say(404, '');
}

function answerSts(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    const form = new URLSearchParams(body);
    const action = new URL(request.url ?? '/', 'https://sts').searchParams.get('Action') ?? '';
    asked.push(`${action} ${request.headers.host ?? ''}`);
    const isRight =
      form.get('RoleArn') === ROLE_ARN && form.get('OIDCProviderArn') === PROVIDER_ARN && form.get('OIDCToken') === OIDC_TOKEN;
    if (isRight) response.end(JSON.stringify({ Credentials: keysOfTheRole() }));
    else response.writeHead(400).end(JSON.stringify({ Code: 'AuthenticationFail.OIDCToken.Invalid', Message: form.get('OIDCToken') }));
  });
}

let stub: Stub;
let servers: readonly { readonly listen: (path: string, done: () => void) => unknown; readonly close: (done: () => void) => unknown }[];
beforeEach(async () => {
  metadata = 'with a token';
  asked = [];
  stub = new Stub({ ...healthyWorld(), keys: KEYS });
  await stub.start();
  const cloud = createRelay((near) => {
    const far = connect(Number(new URL(stub.endpoint).port), '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((end) => end.destroy()));
    near.pipe(far).pipe(near);
  });
  servers = [createServer(answerMetadata), createTlsServer(certificate, answerSts), cloud];
  const names = ['metadata', 'sts', 'cloud'];
  await Promise.all(servers.map((server, at) => new Promise<void>((resolve) => server.listen(join(folder, names[at] ?? ''), resolve))));
});
afterEach(async () => {
  await stub.stop();
  for (const server of servers) (server as Server).closeAllConnections?.();
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))));
});

function ask(env: Readonly<Record<string, string>>): Promise<{ readonly kind: string; readonly failure?: object }> {
  const inside = 'ip link set lo up; ip addr add 100.100.100.200/32 dev lo; mount --bind "$SOCKETS/hosts" /etc/hosts; exec "$0" "$@"';
  const own = { PATH: process.env['PATH'], HOME: folder, SOCKETS: folder, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
  const command = [process.execPath, '--input-type=module', '--eval', ASK];
  return new Promise((resolve, reject) => {
    execFile(
      'unshare',
      ['--net', '--mount', 'sh', '-ec', inside, ...command],
      { cwd: PACKAGE, env: { ...own, ...env } },
      (error, stdout) => {
        if (error === null) resolve(JSON.parse(stdout) as Awaited<ReturnType<typeof ask>>);
        else reject(new Error(error.message));
      },
    );
  });
}

const OIDC = {
  ALIBABA_CLOUD_ROLE_ARN: ROLE_ARN,
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: PROVIDER_ARN,
  ALIBABA_CLOUD_OIDC_TOKEN_FILE: '{folder}/token',
};
const [TOKEN, LIST, OF_ROLE] = [
  'PUT /latest/api/token',
  'GET /latest/meta-data/ram/security-credentials/',
  `GET /latest/meta-data/ram/security-credentials/${ROLE}`,
];

test.each<[string, Readonly<Record<string, string>>, typeof metadata, readonly string[]]>([
  ['the machine’s role', {}, 'with a token', [TOKEN, LIST, TOKEN, OF_ROLE]],
  ['the machine’s role, by its name', { ALIBABA_CLOUD_ECS_METADATA: ROLE }, 'with a token', [TOKEN, OF_ROLE]],
  ['the role of a machine that gives out no tokens', {}, 'without tokens', [TOKEN, LIST, TOKEN, OF_ROLE]],
  ['a role by OIDC', OIDC, 'with a token', ['AssumeRoleWithOIDC sts.aliyuncs.com']],
  [
    'a role by OIDC, of a region',
    { ...OIDC, ALIBABA_CLOUD_STS_REGION: REGION },
    'with a token',
    [`AssumeRoleWithOIDC sts.${REGION}.aliyuncs.com`],
  ],
  [
    'a role by OIDC, inside a VPC',
    { ...OIDC, ALIBABA_CLOUD_STS_REGION: REGION, ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true' },
    'with a token',
    [`AssumeRoleWithOIDC sts-vpc.${REGION}.aliyuncs.com`],
  ],
])('keys of %s', async (_whose, env, given, expected) => {
  metadata = given;
  expect(await ask(filled(env))).toMatchObject({ kind: 'answer' });
  expect(asked).toEqual(expected);
});

test.each<[string, Readonly<Record<string, string>>, typeof metadata, readonly string[]]>([
  ['metadata are not asked for', { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' }, 'with a token', []],
  ['metadata without tokens are not wanted', { ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' }, 'without tokens', [TOKEN]],
  ['the machine has another role', { ALIBABA_CLOUD_ECS_METADATA: 'another' }, 'with a token', [TOKEN]],
  [
    'the token service refuses',
    { ...OIDC, ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1:role/other', ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' },
    'with a token',
    ['AssumeRoleWithOIDC sts.aliyuncs.com'],
  ],
])('no keys where %s, and nobody’s token in what is said', async (_why, env, given, expected) => {
  metadata = given;
  const answer = await ask(filled(env));
  expect(answer).toMatchObject({ kind: 'failure', failure: { kind: 'credentials' } });
  expect(asked.slice(0, expected.length)).toEqual(expected);
  if (expected.length === 0) expect(asked).toEqual([]);
  expect(JSON.stringify(answer)).not.toContain(OIDC_TOKEN);
  expect(stub.calls).toEqual([]);
});

function filled(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('{folder}', folder)]));
}
