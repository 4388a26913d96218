import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stubRequest } from '../testing/cluster.ts';
import { Stub } from '../testing/stub.ts';
import { GROUP, REGION, VPC, type World, healthyWorld, rule } from '../testing/world.ts';
import { ReadFailure } from './failure.ts';
import { liveReader } from './reader.ts';
import type { Patience } from './retry.ts';
import { sdkRequest } from './sdk.ts';

let world: World;
let stub: Stub;
/** How long it would have waited, in milliseconds. */
let waits: number[];
beforeEach(async () => {
  world = healthyWorld();
  stub = new Stub(world);
  waits = [];
  await stub.start();
});
afterEach(() => stub.stop());

const patience: Patience = {
  tries: 5,
  wait: (milliseconds) => {
    waits.push(milliseconds);
    return Promise.resolve();
  },
  spread: () => 0.5,
};
const reader = (signal = new AbortController().signal, request = stubRequest(stub)) => liveReader(request, signal, patience);
const enis = (of = reader()) => of.read('DescribeNetworkInterfaces', REGION, { VpcId: VPC });

async function failure(read: Promise<unknown>): Promise<object> {
  try {
    await read;
  } catch (error) {
    if (error instanceof ReadFailure) return { action: error.action, ...error.failure };
    throw error;
  }
  throw new Error('it was read');
}

describe('paging', () => {
  test.each([1, 2, 3, 100])('by token, %d a page', async (size) => {
    stub.pageSize = size;
    Object.assign(world.groups[0] ?? {}, {
      rules: Array.from({ length: 7 }, (_, index) => rule({ SecurityGroupRuleId: `sgr-${String(index)}` })),
    });
    const { items, head } = await reader().read('DescribeSecurityGroupAttribute', REGION, { SecurityGroupId: GROUP, Direction: 'all' });
    expect(items.map((item) => item['SecurityGroupRuleId'])).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `sgr-${String(index)}`));
    expect(head).toEqual({ SecurityGroupId: GROUP, InnerAccessPolicy: 'Accept' });
    expect(stub.calls).toHaveLength(Math.ceil(7 / size));
  });

  test.each([1, 2, 100])('by number, %d a page; the total is a text', async (size) => {
    stub.pageSize = size;
    world.vSwitches.push({ ...world.vSwitches[0], VSwitchId: 'vsw-2' }, { ...world.vSwitches[0], VSwitchId: 'vsw-3' });
    const { items } = await reader().read('DescribeVSwitches', REGION, { VpcId: VPC });
    expect(items.map((item) => item['VSwitchId'])).toEqual(['vsw-1', 'vsw-2', 'vsw-3']);
  });

  test('parameters of a form, with a list in them', async () => {
    world.serverGroups.push({ ServerGroupId: 'sgp-1', servers: [], bad: [] }, { ServerGroupId: 'sgp-2', servers: [], bad: [] });
    const { items } = await reader().read('NlbListServerGroups', REGION, { ServerGroupIds: ['sgp-2'] });
    expect(items).toEqual([{ ServerGroupId: 'sgp-2' }]);
  });

  test('an empty list, and fields that are not read', async () => {
    expect(await reader().read('DescribeVpcs', REGION, { VpcId: 'vpc-9' })).toEqual({ head: {}, items: [] });
    const { items } = await reader().read('DescribeInstances', REGION, { InstanceIds: '["i-node1"]' });
    expect(items[0]).not.toHaveProperty('InstanceName');
  });
});

describe('what goes wrong', () => {
  test.each([
    ['throttling', 400, 'Throttling.User'],
    ['a service that is busy', 503, 'ServiceUnavailable'],
    ['a balancer that is being configured', 400, 'ServiceIsConfiguring'],
  ])('%s is tried again, each time after a longer pause', async (_name, status, code) => {
    stub.fail('ecs:DescribeNetworkInterfaces', { times: 2, status, code });
    expect((await enis()).items).toHaveLength(2);
    expect(waits).toEqual([500, 1000]);
  });

  test('throttling that does not end is given up', async () => {
    stub.fail('ecs:DescribeNetworkInterfaces', { times: 99, status: 400, code: 'Throttling' });
    expect(await failure(enis())).toMatchObject({ kind: 'throttled', code: 'Throttling', requestId: 'REQUEST-1' });
    expect(waits).toEqual([500, 1000, 2000, 4000]);
  });

  test.each([
    ['a right that is missing', 403, 'Forbidden.RAM', 'forbidden'],
    ['a right that is missing, of NLB', 403, 'NoPermission', 'forbidden'],
    ['a key that is not there', 404, 'InvalidAccessKeyId.NotFound', 'credentials'],
    ['a thing that is not there', 404, 'InvalidSecurityGroupId.NotFound', 'not-found'],
    ['anything else', 400, 'MissingParameter', 'refused'],
  ])('%s is not tried again', async (_name, status, code, kind) => {
    stub.fail('ecs:DescribeNetworkInterfaces', { times: 1, status, code, message: 'said so' });
    expect(await failure(enis())).toEqual({
      action: 'DescribeNetworkInterfaces',
      kind,
      code,
      message: expect.stringContaining('said so') as unknown,
      requestId: 'REQUEST-1',
    });
    expect(waits).toEqual([]);
  });

  test('a page that fails fails the whole list', async () => {
    stub.pageSize = 1;
    const asked = enis();
    const calls = stub.calls;
    const timer = setInterval(() => {
      if (calls.length > 0) stub.fail('ecs:DescribeNetworkInterfaces', { times: 9, status: 403, code: 'Forbidden.RAM' });
    }, 0);
    const result = await asked.then(
      ({ items }) => items.length,
      (error: unknown) => error,
    );
    clearInterval(timer);
    // Either both pages came before, or none is kept.
    expect(result === 2 || result instanceof ReadFailure).toBe(true);
  });

  test('a wrong secret', async () => {
    const request = stubRequest(stub);
    world.keys.secret = 'another';
    expect(await failure(enis(reader(undefined, request)))).toMatchObject({ kind: 'credentials', code: 'SignatureDoesNotMatch' });
  });

  test('a token of temporary credentials goes along, and is signed', async () => {
    world.keys.token = 'STS-token';
    expect((await enis()).items).toHaveLength(2);
  });

  test('nobody answers: the run is over, and nothing is tried again', async () => {
    stub.isSilent = true;
    const stop = new AbortController();
    const asked = failure(enis(reader(stop.signal)));
    setTimeout(() => {
      stop.abort();
    }, 50);
    expect(await asked).toMatchObject({ kind: 'timeout' });
    expect(waits).toEqual([]);
  });

  test('nobody is there', async () => {
    const request = stubRequest(stub);
    await stub.stop();
    expect(await failure(enis(reader(undefined, request)))).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED' });
    expect(waits).toHaveLength(4);
    await stub.start();
  });

  test('somebody else answers', async () => {
    stub.isProxy = true;
    expect(await failure(enis())).toMatchObject({ kind: 'refused', message: expect.stringContaining('no JSON') as unknown });
  });

  test('the same is asked once, whoever asks', async () => {
    const one = reader();
    await Promise.all([enis(one), enis(one), enis(one)]);
    expect(stub.calls).toHaveLength(1);
  });
});

describe('credentials that are not given as flags', () => {
  const kept = { ...process.env };
  afterEach(() => {
    process.env = kept;
  });
  const home = mkdtempSync(join(tmpdir(), 'skoop-home-'));
  const chain = (env: Record<string, string>) => {
    process.env = { PATH: kept['PATH'] ?? '', HOME: home, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true', ...env };
    return reader(undefined, sdkRequest({ keys: undefined, endpoint: { protocol: 'http', host: stub.endpoint.slice('http://'.length) } }));
  };

  test('of a credentials file', async () => {
    const file = join(home, 'credentials');
    writeFileSync(file, `[default]\ntype = access_key\naccess_key_id = ${world.keys.id}\naccess_key_secret = plain\n`);
    world.keys.secret = 'plain';
    const of = chain({ ALIBABA_CLOUD_CREDENTIALS_FILE: file, ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' });
    expect((await enis(of)).items).toHaveLength(2);
  });

  test('none: that is said, and no content of a file is', async () => {
    const file = join(home, 'broken');
    writeFileSync(file, 'access_key_secret = SECRET');
    const found = await failure(enis(chain({ ALIBABA_CLOUD_CREDENTIALS_FILE: file, ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' })));
    expect(found).toMatchObject({ kind: 'credentials' });
    expect(JSON.stringify(found)).not.toContain('SECRET');
  });
});
