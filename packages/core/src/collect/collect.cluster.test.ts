import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { connect } from '../cluster/live/connect.ts';
import type { LiveApi } from '../cluster/live/live-api.ts';
import { clusterOf, liveSource } from '../cluster/live-source.ts';
import type { Log } from '../contracts/context.ts';
import { cleanup } from './cleanup.ts';
import { collectNodes } from './collect-nodes.ts';
import type { NodeDump } from './collect-nodes.ts';
import { DEFAULT_COLLECT } from './options.ts';
import type { CollectOptions } from './options.ts';

/** Against a running cluster with the laboratory's images: LAB_KUBECONFIG names its administrator's kubeconfig. */
const kubeconfig = process.env['LAB_KUBECONFIG'];
/** A busy machine takes its time. */
jest.setTimeout(180_000);
const NAMESPACE = 'skoop-test-collect';
const SELECTOR = 'app.kubernetes.io/name=skoop-collector';

const onCluster = kubeconfig === undefined ? describe.skip : describe;
const WANTED = { namespaces: true, workloads: true, policies: true, configMaps: ['kube-system/kube-proxy'] };

onCluster(`on a cluster${kubeconfig === undefined ? ' (left out: LAB_KUBECONFIG names no kubeconfig)' : ''}`, () => {
  let api: LiveApi;
  let nodes: string[];
  const said: string[] = [];
  const log: Log = { warn: (line) => said.push(line), info: (line) => said.push(line), debug: () => {} };

  beforeAll(async () => {
    api = await connect({ kubeconfig: kubeconfig ?? '' });
    nodes = clusterOf(await api.list(WANTED), []).nodes.map(({ metadata }) => metadata.name);
  });
  afterAll(async () => {
    await removeNamespace();
    api.close();
  });

  async function removeNamespace(): Promise<void> {
    await api.request({ method: 'DELETE', path: `/api/v1/namespaces/${NAMESPACE}` });
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await api.request({ method: 'GET', path: `/api/v1/namespaces/${NAMESPACE}` })).status === 404) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  async function podsLeft(): Promise<number> {
    const { body } = await api.request({ method: 'GET', path: `/api/v1/namespaces/${NAMESPACE}/pods`, query: { labelSelector: SELECTOR } });
    return (body as { items: unknown[] }).items.length;
  }
  function options(more: Partial<CollectOptions>): CollectOptions {
    return {
      ...DEFAULT_COLLECT,
      image: 'docker.io/lab/net:1',
      namespace: NAMESPACE,
      script: 'echo "$2"; readlink /proc/1/ns/net',
      ...more,
    };
  }
  function collect(
    more: Partial<CollectOptions> = {},
    of: readonly string[] = nodes,
    signal = new AbortController().signal,
  ): Promise<ReadonlyMap<string, NodeDump>> {
    return collectNodes(api, of, options(more), { signal, log });
  }
  const text = (dump: NodeDump | undefined): string =>
    dump?.kind === 'dump' ? Buffer.from(dump.bytes).toString() : `missing: ${dump?.why ?? 'not asked'}`;
  const why = (dump: NodeDump | undefined): string => (dump?.kind === 'missing' ? dump.why : 'a dump');

  test('lists everything', async () => {
    const cluster = clusterOf(await api.list(WANTED), []);
    expect(cluster.version).toMatch(/^v1\.\d+/);
    expect(cluster.missing).toEqual([]);
    expect(cluster.services.map(({ metadata }) => metadata.name)).toContain('kubernetes');
    expect(cluster.configMaps.map(({ metadata }) => metadata.name)).toEqual(['kube-proxy']);
    expect(cluster.endpointSlices.length).toBeGreaterThan(0);
    expect(cluster.workloads.map(({ kind }) => kind)).toContain('DaemonSet');
  });

  test('each node runs the script in its own namespaces, and says so before', async () => {
    said.length = 0;
    const dumps = await collect();
    expect([...dumps.keys()].sort()).toEqual([...nodes].sort());
    for (const node of nodes) expect(text(dumps.get(node))).toMatch(new RegExp(`^${node}\nnet:\\[\\d+\\]\n$`));
    expect(new Set([...dumps.values()].map((dump) => text(dump).split('\n')[1])).size).toBe(nodes.length);
    expect(said[0]).toContain(
      `privileged pod (host pids and network) in namespace ${NAMESPACE} on ${nodes.length} nodes: ${nodes.join(', ')}`,
    );
    expect(await podsLeft()).toBe(0);
  });

  test('bytes come back as they are, all of them', async () => {
    const dumps = await collect({ script: 'head -c 20000000 /dev/zero | tr "\\0" "\\377"; printf "\\000end"' }, nodes.slice(0, 1));
    const dump = dumps.get(nodes[0] ?? '');
    expect(dump?.kind === 'dump' && [dump.bytes.length, dump.bytes[0], dump.bytes[19_999_999], dump.bytes[20_000_000]]).toEqual([
      20_000_004, 255, 255, 0,
    ]);
  });

  test.each([
    ['while it collects', 'echo part; sleep 30', 3000],
    ['while pods start', 'echo part; sleep 30', 150],
    ['at once', 'echo part; sleep 30', 0],
  ])('an abort %s removes the pods', async (_name, script, after) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), after);
    const dumps = await collect({ script }, nodes, controller.signal);
    clearTimeout(timer);
    for (const dump of dumps.values()) expect(dump.kind === 'dump' ? dump.cut : dump.why).toBe('interrupted');
    expect(await podsLeft()).toBe(0);
  });

  test.each<[string, Partial<CollectOptions>, RegExp]>([
    [
      'an image that is not there',
      { image: 'docker.io/lab/none:1', pullPolicy: 'Never' },
      /ErrImageNeverPull: Container image "docker\.io\/lab\/none:1"/,
    ],
    ['an image that can not be pulled', { image: 'registry.invalid/none:1' }, /ErrImagePull.*registry\.invalid\/none:1/],
    ['a name that is no image', { image: 'Not An Image' }, /InvalidImageName/],
    ['an image without a shell', { image: 'registry.k8s.io/pause:3.8', pullPolicy: 'Never' }, /did not start: /],
    ['a script that says nothing', { script: 'echo no tools >&2; exit 3' }, /the collector ended with status 3: no tools/],
  ])('%s is explained, not timed out', async (_name, more, expected) => {
    const dumps = await collect(more, nodes.slice(0, 1));
    expect(why(dumps.get(nodes[0] ?? ''))).toMatch(expected);
    expect(await podsLeft()).toBe(0);
  });

  test('a script that does not end is cut, and what it wrote is kept', async () => {
    const dumps = await collect({ script: 'echo part; sleep 60', runMs: 8000 }, nodes.slice(0, 1));
    expect(dumps.get(nodes[0] ?? '')).toMatchObject({
      kind: 'dump',
      bytes: Buffer.from('part\n'),
      cut: expect.stringContaining('within 8 s') as unknown,
    });
    expect(await podsLeft()).toBe(0);
  });

  test('a node that does not exist is missing; the others are used', async () => {
    const dumps = await collect({}, ['no-such-node', nodes[0] ?? '']);
    expect(why(dumps.get('no-such-node'))).toBe('there is no node no-such-node any more');
    expect(dumps.get(nodes[0] ?? '')?.kind).toBe('dump');
  });

  test('pods that a namespace does not admit are explained', async () => {
    await removeNamespace();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await api.request({
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } },
    });
    const dumps = await collect({}, nodes.slice(0, 1));
    expect(why(dumps.get(nodes[0] ?? ''))).toMatch(/not admitted to namespace skoop-test-collect: .*violates PodSecurity "restricted/);
    await removeNamespace();
  });

  test('a source asks each node once', async () => {
    const asked: string[] = [];
    const live = await connect({ kubeconfig: kubeconfig ?? '' });
    const source = await liveSource({
      api: live,
      wanted: WANTED,
      annotations: [],
      collect: options({}),
      signal: new AbortController().signal,
      log,
      decode: (node) => {
        asked.push(node);
        return { kind: 'missing', why: `decoded ${node}` };
      },
    });
    const [first = '', ...others] = nodes;
    expect([...(await source.collect([first])).hosts.keys()]).toEqual([first]);
    const cluster = await source.collect([first, ...others, 'no-such-node']);
    expect(cluster.hosts.get('no-such-node')).toEqual({ kind: 'missing', why: 'there is no node no-such-node any more' });
    expect(asked.sort()).toEqual([...nodes].sort());
    await source.dispose();
    await source.dispose();
  });

  /** Someone who may do something in one namespace, and nothing else. */
  async function grant(user: string, rules: readonly object[]): Promise<void> {
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
    const metadata = { name: user, namespace: NAMESPACE };
    await api.request({ method: 'POST', path: `${rbac}/roles`, body: { metadata, rules } });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
    await api.request({ method: 'POST', path: `${rbac}/rolebindings`, body: { metadata, roleRef, subjects } });
  }

  test('cleanup by one who may touch one namespace only removes what was left there', async () => {
    await collect({ preserve: true }, nodes.slice(0, 1));
    expect(await podsLeft()).toBe(1);
    await grant('skoop-test-owner', [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'delete'] }]);
    const owner = await connect({ kubeconfig: kubeconfig ?? '', as: 'skoop-test-owner' });
    const planned = await cleanup(owner, { namespace: NAMESPACE, dryRun: true });
    expect([planned.pods.length, await podsLeft()]).toEqual([1, 1]);
    const done = await cleanup(owner, { namespace: NAMESPACE });
    expect(done.pods).toEqual(planned.pods);
    expect(done.left).toEqual([{ what: `namespace ${NAMESPACE}`, why: expect.stringContaining('may not be listed') as unknown }]);
    expect(await podsLeft()).toBe(0);
    owner.close();
  });

  test('the namespace that skoop made is known as such', async () => {
    expect((await cleanup(api, { namespace: NAMESPACE, dryRun: true })).namespaces).toContain(NAMESPACE);
  });

  test('a user without rights is told which', async () => {
    const nobody = await connect({ kubeconfig: kubeconfig ?? '', as: 'skoop-test-nobody' });
    await expect(nobody.list(WANTED)).rejects.toMatchObject({
      code: 'CLUSTER_FORBIDDEN',
      exit: 4,
      message: expect.stringContaining('user "skoop-test-nobody" may not list nodes') as unknown,
    });
    await expect(cleanup(nobody, { namespace: NAMESPACE })).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
    const dumps = await collectNodes(nobody, nodes, options({}), { signal: new AbortController().signal, log });
    for (const dump of dumps.values()) expect(why(dump)).toMatch(/user "skoop-test-nobody" may not create pods/);
    nobody.close();
  });

  test('a user who may make pods but not enter them is told so, and leaves none', async () => {
    await grant('skoop-test-maker', [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'create', 'delete'] }]);
    const maker = await connect({ kubeconfig: kubeconfig ?? '', as: 'skoop-test-maker' });
    const dumps = await collectNodes(maker, nodes, options({}), { signal: new AbortController().signal, log });
    for (const dump of dumps.values()) expect(why(dump)).toMatch(/User "skoop-test-maker" cannot (create|get) resource "pods\/exec"/);
    expect(await podsLeft()).toBe(0);
    maker.close();
  });
});
