import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '@skoop/core';
import { Stub } from '../../../packages/provider-aliyun/src/testing/stub.ts';
import { REGION, type World, healthyWorld, route } from '../../../packages/provider-aliyun/src/testing/world.ts';
import { connectForReal } from './connection.ts';
import { KUBECONFIG, kubectl } from './lab.ts';
import { NODES, type Scene, fill, prepare } from './scene.ts';
import { IMAGE, type Ran, answerOf, skoop } from './skoop.ts';
import { VARIANT } from './variant.ts';

const PATIENCE = 180_000;
const PACKAGE = fileURLToPath(new URL('../../../packages/provider-aliyun', import.meta.url));

/** What the cloud does to a packet between the nodes of this kind of cluster: to a tunnel's outer one, to a pod's own without a tunnel. */
interface CloudFault {
  readonly inject: (world: World) => void;
  readonly code: string;
  readonly on: { readonly type: string; readonly id: string };
  readonly remedy: string;
}
const FAULTS: Readonly<Record<string, CloudFault>> = {
  vxlan: {
    inject: ({ groups }) => Object.assign(groups[0] ?? {}, { InnerAccessPolicy: 'Drop' }),
    code: 'ALIYUN_SECURITY_GROUP_INGRESS',
    on: { type: 'security-group', id: 'sg-nodes' },
    remedy: '--IpProtocol UDP --PortRange 8472/8472 --SourceCidrIp 172.30.0.11/32',
  },
  'host-gw': {
    inject: ({ tables: [table] }) => Object.assign(table ?? {}, { entries: table?.entries.filter(({ Type }) => Type === 'System') }),
    code: 'ALIYUN_ROUTE_MISSING',
    on: { type: 'route-table', id: 'vtb-1' },
    remedy: '--DestinationCidrBlock {far.cidr} --NextHopType Instance --NextHopId i-node2',
  },
};
const FAULT = FAULTS[VARIANT.name];
const onCluster = KUBECONFIG === undefined || FAULT === undefined ? describe.skip : describe;

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly providerID?: string; readonly podCIDR: string };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

/**
 * The nodes are told to be instances of ECS, and the cloud is the stub behind its wire protocol: the packets of the laboratory pass
 * no cloud, so what the stub forbids is in the answer alone.
 */
onCluster('a cluster whose nodes are instances of Aliyun’s', () => {
  let scene: Scene;
  let stub: Stub;
  let project: string;
  /** As a user has it: a project that depends on the provider's package, keys in the environment. `offline`: no keys, and no cloud. */
  const ask = (args: readonly string[], offline = false): Promise<Ran> => {
    const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: stub.world.keys.id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: stub.world.keys.secret };
    const endpoint = offline ? 'http://127.0.0.1:1' : stub.endpoint;
    return skoop(args, { cwd: project, env: { HOME: project, SKOOP_ALIYUN_ENDPOINT: endpoint, ...(!offline && keys) } });
  };
  const diagnose = async (more: readonly string[], offline?: boolean): Promise<Diagnosis> => {
    const ends = [fill(scene, '{client.pod}'), fill(scene, '{far.pod}:8080')];
    const { stdout, stderr } = await ask(['diagnose', ...ends, '-o', 'json', ...more], offline);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Diagnosis;
  };

  beforeAll(async () => {
    scene = await prepare();
    const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as { items: readonly NodeObject[] };
    const nodes = items.map(({ metadata: { name }, spec, status }) => ({
      name,
      providerID: spec.providerID,
      // An id that a node has can't be changed any more.
      id: spec.providerID?.replace(/^.*\./, '') ?? `i-${name}`,
      cidr: spec.podCIDR,
      address: status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '',
    }));
    for (const { name, id, providerID } of nodes)
      if (providerID === undefined) await kubectl('patch', 'node', name, '-p', JSON.stringify({ spec: { providerID: `${REGION}.${id}` } }));
    const world = healthyWorld(nodes);
    // What the cloud's controller writes where there is no tunnel.
    for (const { id, cidr } of nodes) world.tables[0]?.entries.push(route(cidr, 'Instance', id));
    stub = new Stub(world);
    await stub.start();
    project = await mkdtemp(join(tmpdir(), 'skoop-aliyun-'));
    await writeFile(join(project, 'package.json'), JSON.stringify({ dependencies: { '@skoop/provider-aliyun': '*' } }));
    await mkdir(join(project, 'node_modules/@skoop'), { recursive: true });
    await symlink(PACKAGE, join(project, 'node_modules/@skoop/provider-aliyun'));
  }, PATIENCE);
  afterAll(async () => {
    await stub.stop();
    await rm(project, { recursive: true });
  });

  test(
    'is found by its provider ids, asked by its API, and silent while it is healthy',
    async () => {
      const [found, named, real] = await Promise.all([
        diagnose(IMAGE),
        diagnose(['--cloud-provider', 'aliyun', ...IMAGE]),
        connectForReal({ from: fill(scene, '{client.pod}'), speaks: 'http', address: fill(scene, '{far}'), port: '8080' }, NODES),
      ]);
      expect(real).toMatchObject({ verdict: 'delivered' });
      expect(found).toMatchObject({ verdict: 'delivered', cluster: { provider: 'aliyun' } });
      expect(found.suspicions.filter(({ level }) => level !== 'INFO')).toEqual([]);
      const onTheWay = found.paths.flatMap(({ hops }) => hops.map(({ node }) => node.type));
      expect(onTheWay).toContain('vswitch');
      expect(named).toMatchObject({ verdict: 'delivered', cluster: { provider: 'aliyun' } });
      const actions = new Set(stub.calls.map(({ action }) => action));
      expect(actions).toContain('ecs:DescribeInstances');
      expect([...actions].filter((action) => !/:(Describe|List|Get)/.test(action))).toEqual([]);
    },
    PATIENCE,
  );

  describe('that drops what goes between its nodes', () => {
    let folder: string;
    let live: Diagnosis;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'skoop-aliyun-snapshot-'));
      FAULT?.inject(stub.world);
      live = await diagnose(IMAGE);
    }, PATIENCE);
    afterAll(() => rm(folder, { recursive: true }));

    test('is named with the resource, and how to mend it', () => {
      expect(live.verdict).toBe('dropped');
      expect(live.suspicions.filter(({ cause }) => cause)).toEqual([
        expect.objectContaining({
          code: FAULT?.code,
          on: FAULT?.on,
          remedy: expect.stringContaining(fill(scene, FAULT?.remedy ?? '')) as unknown,
        }),
      ]);
    });

    test(
      'is found in a snapshot as well, with neither keys nor a cloud, and without a secret in it',
      async () => {
        const file = join(folder, 'broken.tar.gz');
        const taken = await ask(['snapshot', '--output', file, '-v', '-v', ...IMAGE]);
        expect(taken.status).toBe(0);
        const recorded = await diagnose(['--snapshot', file], true);
        expect(answerOf(recorded)).toEqual(answerOf(live));

        const archive = gunzipSync(await readFile(file)).toString('latin1');
        expect(archive).toContain('clouds/aliyun/');
        const kubeconfig = await readFile(KUBECONFIG ?? '', 'utf8');
        const secrets = [
          stub.world.keys.secret,
          stub.world.keys.id,
          ...[...kubeconfig.matchAll(/-data: (\S{40})/g)].map(([, begin = '']) => begin),
        ];
        for (const text of [archive, taken.stdout, taken.stderr, JSON.stringify(recorded), JSON.stringify(live)])
          expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
      },
      PATIENCE,
    );
  });
});
