import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveReader } from './api/reader.ts';
import { recordOf } from './provider.ts';
import { readEverything } from './record.ts';
import { recordedCluster, sourceOf, stubRequest } from './testing/cluster.ts';
import { Stub } from './testing/stub.ts';
import { healthyWorld } from './testing/world.ts';

/** The command as built, in a project that depends on this package as built. */
const SKOOP = fileURLToPath(new URL('../../cli/bin/skoop.js', import.meta.url));
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

const world = healthyWorld();
const stub = new Stub(world);
const project = mkdtempSync(join(tmpdir(), 'skoop-project-'));
const cluster = recordedCluster();

beforeAll(async () => {
  await stub.start();
  writeFileSync(join(project, 'package.json'), JSON.stringify({ dependencies: { '@skoop/provider-aliyun': '*' } }));
  mkdirSync(join(project, 'node_modules/@skoop'), { recursive: true });
  symlinkSync(PACKAGE, join(project, 'node_modules/@skoop/provider-aliyun'));
});
afterAll(() => stub.stop());

/** `offline`: without keys, and with nobody at the endpoint. */
function skoop(args: readonly string[], offline = false): Promise<{ status: number; stdout: string; stderr: string }> {
  const { id, secret } = world.keys;
  const env = {
    PATH: process.env['PATH'],
    HOME: project,
    ...(!offline && { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret }),
    SKOOP_ALIYUN_ENDPOINT: offline ? 'http://127.0.0.1:1' : stub.endpoint,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [SKOOP, ...args], { cwd: project, env }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

const ASKED = ['pod/client-676b64bf44-qh4v6', 'pod/web-7f6598ddc7-88tc5:8080', '--snapshot', cluster, '-o', 'json'];

test('skoop diagnose finds the provider by the nodes, asks the cloud through the SDK, and names the group that drops', async () => {
  const healthy = await skoop(['diagnose', ...ASKED]);
  expect(healthy).toMatchObject({ status: 0 });
  expect(JSON.parse(healthy.stdout)).toMatchObject({ verdict: 'delivered', cluster: { provider: 'aliyun' } });

  Object.assign(world.groups[0] ?? {}, { InnerAccessPolicy: 'Drop' });
  const broken = await skoop(['diagnose', ...ASKED]);
  expect(broken.status).toBe(1);
  expect(JSON.parse(broken.stdout)).toMatchObject({
    verdict: 'dropped',
    suspicions: [
      {
        code: 'ALIYUN_SECURITY_GROUP_INGRESS',
        cause: true,
        level: 'FATAL',
        on: { type: 'security-group', id: 'sg-nodes' },
        remedy:
          'aliyun ecs AuthorizeSecurityGroup --RegionId cn-hangzhou --SecurityGroupId sg-nodes --IpProtocol UDP --PortRange 8472/8472 --SourceCidrIp 172.30.0.11/32 --Priority 1',
      },
    ],
  });
}, 60_000);

test('a snapshot that holds what was read is diagnosed without the cloud', async () => {
  const live = await skoop(['diagnose', ...ASKED]);
  const source = await sourceOf(cluster);
  const reader = liveReader(stubRequest(stub), new AbortController().signal);
  await readEverything(reader, source.cluster);
  const { parts, missing } = await recordOf(reader);
  expect(missing).toEqual([]);
  mkdirSync(join(cluster, 'clouds/aliyun'), { recursive: true });
  for (const [name, part] of Object.entries(parts)) writeFileSync(join(cluster, 'clouds/aliyun', `${name}.json`), JSON.stringify(part));

  const offline = await skoop(['diagnose', ...ASKED], true);
  expect(JSON.parse(offline.stdout)).toMatchObject({ verdict: 'dropped', suspicions: [{ code: 'ALIYUN_SECURITY_GROUP_INGRESS' }] });
  expect(offline.stdout).toBe(live.stdout);
}, 60_000);
