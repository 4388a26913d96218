import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stub } from '../testing/stub.ts';
import { REGION, VPC, healthyWorld } from '../testing/world.ts';

/**
 * Where keys come from when no flag gives them: Aliyun's own chain, in a process of its own with a home of its own, and a cloud that checks
 * the signature of every call. Roles, which are asked for at addresses of their own, are in roles.kernel.test.ts.
 */

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const ASK = `
import { sdkRequest } from './dist/api/sdk.js';
const request = sdkRequest({ keys: undefined, endpoint: { protocol: 'http', host: process.env.ENDPOINT } });
const ask = () => request('DescribeVpcs', '${REGION}', { VpcId: '${VPC}' });
let answer = await ask();
if (process.env.LATER !== undefined) {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(process.env.LATER, process.env.LATER_TEXT);
  answer = { first: answer, ...(await ask()) };
}
console.log(JSON.stringify(answer));`;
const KEYS = { id: 'LTAItest', secret: 'a secret / of + a test' };
const TOKEN = 'a token of a while';

let stub: Stub;
let home: string;
let uri: Server;
beforeEach(async () => {
  stub = new Stub(healthyWorld());
  await stub.start();
  home = mkdtempSync(join(tmpdir(), 'skoop-aliyun-'));
  uri = createServer((_request, response) => {
    response.end(
      JSON.stringify({
        Code: 'Success',
        AccessKeyId: KEYS.id,
        AccessKeySecret: KEYS.secret,
        SecurityToken: TOKEN,
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
  });
  await new Promise<void>((resolve) => uri.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await stub.stop();
  uri.closeAllConnections();
  await new Promise((resolve) => uri.close(resolve));
  rmSync(home, { recursive: true });
});

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  /** Below the home. */
  readonly files?: Readonly<Record<string, string>>;
  readonly token?: string;
}

async function ask({ env = {}, files = {}, token }: Given): Promise<{ readonly kind: string; readonly failure?: object }> {
  if (token !== undefined) stub.world.keys.token = token;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  const given = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replace('{uri}', `http://127.0.0.1:${String((uri.address() as AddressInfo).port)}`),
    ]),
  );
  const { PATH = '' } = process.env;
  const text = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', ASK],
      // Nobody is asked at the address of a machine's metadata.
      {
        cwd: PACKAGE,
        env: { PATH, HOME: home, ENDPOINT: stub.endpoint.replace('http://', ''), ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true', ...given },
      },
      (error, stdout) => (error === null ? resolve(stdout) : reject(new Error(error.message))),
    );
  });
  return JSON.parse(text) as Awaited<ReturnType<typeof ask>>;
}

const ENVIRONMENT = { ALIBABA_CLOUD_ACCESS_KEY_ID: KEYS.id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEYS.secret };
const WRONG = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIother', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'another' };
const profile = (name: string, id: string, current = name): string =>
  JSON.stringify({
    current,
    profiles: [{ name, mode: 'AK', access_key_id: id, access_key_secret: KEYS.secret, region_id: REGION }],
  });
const INI = `[default]\nenable = true\ntype = access_key\naccess_key_id = ${KEYS.id}\naccess_key_secret = ${KEYS.secret}\n`;

test.each<[string, Given]>([
  ['the environment', { env: ENVIRONMENT }],
  ['the environment, of a while', { env: { ...ENVIRONMENT, ALIBABA_CLOUD_SECURITY_TOKEN: TOKEN }, token: TOKEN }],
  ['the profile of the CLI', { files: { '.aliyun/config.json': profile('default', KEYS.id) } }],
  [
    'a profile of the CLI by its name',
    { files: { '.aliyun/config.json': profile('work', KEYS.id, 'other') }, env: { ALIBABA_CLOUD_PROFILE: 'work' } },
  ],
  ['the credentials file', { files: { '.alibabacloud/credentials': INI } }],
  ['a credentials URI', { env: { ALIBABA_CLOUD_CREDENTIALS_URI: '{uri}' }, token: TOKEN }],
  ['the environment before the profile', { env: ENVIRONMENT, files: { '.aliyun/config.json': profile('default', 'LTAIother') } }],
  [
    'the profile before the credentials file',
    { files: { '.aliyun/config.json': profile('default', KEYS.id), '.alibabacloud/credentials': INI.replace(KEYS.id, 'LTAIother') } },
  ],
])('keys from %s', async (_where, given) => {
  expect(await ask(given)).toMatchObject({ kind: 'answer' });
});

test('keys that the cloud does not know are refused, and are not taken for missing', async () => {
  expect(await ask({ env: WRONG })).toMatchObject({ kind: 'failure', failure: { code: 'InvalidAccessKeyId.NotFound' } });
});

test('without any, what was looked at is said, and nothing that a file holds', async () => {
  const answer = await ask({
    files: { '.aliyun/config.json': `{"current":"default","profiles":[{"name":"default","access_key_secret":"${KEYS.secret}"` },
  });
  expect(answer).toMatchObject({ kind: 'failure', failure: { kind: 'credentials' } });
  const said = JSON.stringify(answer);
  for (const place of ['environment', '~/.aliyun/config.json', '~/.alibabacloud/credentials', 'RAM role']) expect(said).toContain(place);
  expect(said).not.toContain(KEYS.secret);
});

test('keys that appear later are found: nothing of a failure is remembered', async () => {
  mkdirSync(join(home, '.alibabacloud'));
  expect(await ask({ env: { LATER: join(home, '.alibabacloud/credentials'), LATER_TEXT: INI } })).toMatchObject({
    first: { kind: 'failure', failure: { kind: 'credentials' } },
    kind: 'answer',
  });
});
