import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { parseObjects } from '../cluster/parse-objects.ts';
import type { CustomResource } from '../contracts/manifest.ts';
import { allowed } from './allow-list.ts';
import type { NodeDump } from './node-dump.ts';
import { NO_META } from './node-dump.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { SnapshotData } from './snapshot-data.ts';
import { writeSnapshot } from './write-snapshot.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skoop-snapshot-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const SECRET_WORDS = ['hunter2', '--token=abc', 'last-applied', 'env-from'];
const POD = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name: 'web-1',
    namespace: 'default',
    uid: 'u1',
    labels: { app: 'web' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"last-applied":1}', 'k8s.example/ip': '10.0.0.1' },
    managedFields: [{ manager: 'kubelet' }],
  },
  spec: {
    nodeName: 'node1',
    containers: [
      {
        name: 'web',
        image: 'web:1',
        args: ['--token=abc'],
        env: [{ name: 'PASSWORD', value: 'hunter2' }],
        envFrom: [{ secretRef: { name: 'env-from' } }],
        ports: [{ name: 'http', containerPort: 8080 }],
      },
    ],
    initContainers: [{ name: 'side', restartPolicy: 'Always', env: [{ name: 'P', value: 'hunter2' }], ports: [{ containerPort: 9000 }] }],
  },
  status: {
    phase: 'Running',
    podIP: '10.244.0.5',
    podIPs: [{ ip: '10.244.0.5' }],
    conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null }],
  },
};
const SERVICE = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    clusterIP: '10.96.1.1',
    clusterIPs: ['10.96.1.1'],
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 'http', nodePort: 30080 }],
  },
};
const POLICY = {
  kind: 'NetworkPolicy',
  apiVersion: 'crd.projectcalico.org/v1',
  metadata: { name: 'p', namespace: 'default' },
  spec: { selector: 'all()' },
};

const DUMP: NodeDump = {
  node: 'node1',
  meta: { collector: '1', hostname: 'n1', kernel: 'Linux 6.1', started: '2026-01-02T03:04:05Z', tools: { ip: 'ip: 6.1' } },
  truncated: true,
  problems: ['host: something'],
  namespaces: [
    {
      folder: 'host',
      kind: 'host',
      artifacts: new Map([
        ['ip-link', { text: '[{"ifindex":1}]\n', status: 0, error: '', truncated: false }],
        ['nft', { text: '', status: 127, error: 'nft: not found', truncated: false }],
        ['conntrack', { text: 'ipv4 2 tc', status: 153, error: 'cut at the limit', truncated: true }],
      ]),
    },
    { folder: 'pods/default_web-1', kind: 'pod', pod: { namespace: 'default', name: 'web-1', uid: 'u1' }, artifacts: new Map() },
    {
      folder: 'pods/11111111-2222-3333-4444-555555555555',
      kind: 'pod',
      pod: { namespace: '', name: '', uid: '11111111-2222-3333-4444-555555555555' },
      artifacts: new Map(),
    },
  ],
};

const DATA: Omit<SnapshotData, 'problems'> = {
  manifest: {
    formatVersion: 1,
    created: '2026-01-02T03:04:05.000Z',
    skoop: '0.1.0',
    clusterVersion: 'v1.34.4',
    missing: [{ what: 'node node2', why: 'NotReady' }],
  },
  objects: {
    pods: allowed({ kind: 'PodList', apiVersion: 'v1', items: [POD] }, ['k8s.example/']).list,
    'networkpolicies.crd.projectcalico.org': allowed({ kind: 'List', items: [POLICY] }, []).list,
  },
  nodes: [DUMP, { node: 'node2', meta: NO_META, truncated: false, problems: [], namespaces: [] }],
  clouds: { aliyun: { 'security-groups': [{ id: 'sg-1' }] } },
};

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = join(folder, 'snapshot');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

async function read(path: string): Promise<SnapshotData> {
  const result = await readSnapshot(path);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

describe('what is written is read again', () => {
  test.each([
    ['an archive', 'cluster.tar.gz'],
    ['a folder', 'cluster/'],
  ])('%s', async (_name, name) => {
    const path = join(folder, name);
    expect(await writeSnapshot(DATA, path, { annotations: ['k8s.example/'] })).toEqual({ ok: true, value: undefined });
    expect(await read(path)).toEqual({ ...DATA, problems: [] });
    expect((await readdir(folder)).filter((file) => file.endsWith('.partial'))).toEqual([]);
  });

  test('a stream', async () => {
    const chunks: Buffer[] = [];
    const target = new PassThrough();
    target.on('data', (chunk: Buffer) => chunks.push(chunk));
    expect((await writeSnapshot(DATA, target, { annotations: ['k8s.example/'] })).ok).toBe(true);
    await writeFile(join(folder, 'x.tgz'), Buffer.concat(chunks));
    expect(await read(join(folder, 'x.tgz'))).toEqual({ ...DATA, problems: [] });
  });

  test('twice the same data gives the same bytes', async () => {
    await writeSnapshot(DATA, join(folder, 'a.tar.gz'));
    await writeSnapshot(DATA, join(folder, 'b.tar.gz'));
    expect(gunzipSync(await readFile(join(folder, 'a.tar.gz'))).equals(gunzipSync(await readFile(join(folder, 'b.tar.gz'))))).toBe(true);
  });
});

describe('what may go in', () => {
  const lists = {
    pods: { kind: 'PodList', apiVersion: 'v1', items: [POD] },
    services: { kind: 'ServiceList', apiVersion: 'v1', items: [SERVICE] },
    policies: POLICY,
  };

  test('the cluster that is read from it is the one that was written', () => {
    const annotations = ['k8s.example/'];
    const kept = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, allowed(list, annotations).list]));
    expect(parseObjects(kept, { annotations })).toEqual(parseObjects(lists, { annotations }));
    expect(parseObjects(kept, { annotations }).objects.pods[0]?.metadata.annotations).toEqual({ 'k8s.example/ip': '10.0.0.1' });
  });

  test("a plugin's resources with the fields that it names, and no others", async () => {
    const resources = [{ resource: 'pools', kind: 'Pool', apiVersions: ['acme.example/v1'], fields: ['spec.cidr'] }];
    const pool = (apiVersion: string) => ({
      apiVersion,
      kind: 'Pool',
      metadata: { name: 'a' },
      spec: { cidr: '10.0.0.0/8', psk: 'hunter2' },
    });
    const objects = {
      'pools.acme.example': { apiVersion: 'acme.example/v1', kind: 'PoolList', items: [pool('acme.example/v1'), pool('other.example/v1')] },
      'empties.acme.example': { apiVersion: 'acme.example/v1', kind: 'EmptyList', items: [] },
    };
    await writeSnapshot({ ...DATA, objects }, join(folder, 's/'), { annotations: [], resources });
    expect(await readFile(join(folder, 's/objects/pools.acme.example.json'), 'utf8')).not.toMatch(/hunter2|other/);
    const { objects: kept } = await read(join(folder, 's/'));
    const asked = { annotations: [], resources: [...resources, { ...resources[0], resource: 'empties', kind: 'Empty' } as CustomResource] };
    const { custom } = parseObjects(kept, asked).objects;
    expect(custom).toEqual(parseObjects({ ...objects, 'pools.acme.example': pool('acme.example/v1') }, asked).objects.custom);
    expect([...custom.keys()].sort()).toEqual(['empties.acme.example', 'pools.acme.example']);
  });

  test('no environment, no arguments, no annotation that nobody asked for', async () => {
    await writeSnapshot({ ...DATA, objects: lists }, join(folder, 's/'));
    const text = await readFile(join(folder, 's/objects/pods.json'), 'utf8');
    for (const word of [...SECRET_WORDS, 'managedFields', 'k8s.example']) expect(text).not.toContain(word);
    expect(text).toContain('10.244.0.5');
  });

  test('a list with a Secret is refused', async () => {
    const objects = {
      all: { kind: 'List', items: [POD, { kind: 'Secret', metadata: { name: 's' }, data: { password: 'aHVudGVyMg==' } }] },
    };
    expect(await writeSnapshot({ ...DATA, objects }, join(folder, 'x.tar.gz'))).toMatchObject({
      ok: false,
      error: { code: 'SNAPSHOT_SECRET' },
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a kind that nothing reads is left out', () => {
    expect(allowed({ kind: 'CertificateList', items: [{ metadata: { name: 'c' }, spec: 'x' }] }, [])).toMatchObject({
      list: { items: [] },
      leftOut: ['Certificate'],
    });
  });

  test.each(['../evil', '.', 'a/b', ''])('a name that leads elsewhere is refused: %j', async (node) => {
    const result = await writeSnapshot({ ...DATA, nodes: [{ ...DUMP, node }] }, join(folder, 'x.tar.gz'));
    expect(result).toMatchObject({ ok: false, error: { code: 'SNAPSHOT_NAME' } });
  });

  test('a folder with something in it is not written to', async () => {
    expect(await writeSnapshot(DATA, await write({ 'mine.txt': 'x' }))).toMatchObject({ ok: false, error: { code: 'SNAPSHOT_TARGET' } });
  });
});

describe('what users put together', () => {
  test('files of kubectl, under any name, in JSON and YAML', async () => {
    const root = await write({
      'objects/pods.json': JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [POD] }),
      'objects/one.yaml':
        'kind: Service\napiVersion: v1\nmetadata: {name: web, namespace: default}\nspec: {clusterIP: 10.96.1.1, ports: [{port: 80}]}\n',
      'objects/many.yml':
        '---\nkind: Namespace\napiVersion: v1\nmetadata: {name: a}\n---\nkind: NamespaceList\nitems:\n- metadata: {name: b}\n---\n',
      'objects/notes': 'kind: Namespace\nmetadata: {name: c}\n',
    });
    const { objects, problems } = await read(root);
    expect(problems).toEqual([]);
    const parsed = parseObjects(objects, { annotations: [] });
    expect(parsed.problems).toEqual([]);
    expect(parsed.objects.namespaces.map(({ metadata }) => metadata.name).sort()).toEqual(['a', 'b', 'c']);
    expect(parsed.objects.pods).toHaveLength(1);
    expect(parsed.objects.services).toHaveLength(1);
  });

  test('a collector’s stream: the file’s name is the node’s', async () => {
    const root = await write({ 'nodes/worker-1.dump': gzipSync('skoop-dump 1 node=localhost\n@ host/ip-link 3 0 -\n[]\n\n@end 1 -\n') });
    const { nodes } = await read(root);
    expect(nodes).toMatchObject([{ node: 'worker-1', truncated: false, namespaces: [{ folder: 'host' }] }]);
  });

  test('outputs in folders, without an index', async () => {
    const { nodes } = await read(
      await write({ 'nodes/n1/host/ip-link': '[]', 'nodes/n1/pods/default_web-1/ss': 'tcp', 'nodes/n1/host/README': 'x' }),
    );
    expect(nodes[0]?.namespaces.map(({ folder: name, artifacts }) => [name, [...artifacts.keys()]])).toEqual([
      ['host', ['ip-link']],
      ['pods/default_web-1', ['ss']],
    ]);
  });

  test('Secrets among them are not read', async () => {
    const root = await write({
      'objects/a.json': JSON.stringify({ kind: 'List', items: [POD, { kind: 'Secret', data: { p: 'hunter2' } }] }),
      'objects/b.json': JSON.stringify({ kind: 'SecretList', items: [{ data: { p: 'hunter2' } }] }),
      'objects/c.yaml': 'kind: Secret\ndata: {p: hunter2}\n---\nkind: Secret\ndata: {p: hunter2}\n',
    });
    expect(JSON.stringify(await read(root)).replaceAll('"value":"hunter2"', '')).not.toContain('hunter2');
  });
});

async function archive(
  entries: readonly { name: string; type?: 'file' | 'symlink' | 'link' | 'directory'; linkname?: string; text?: string }[],
): Promise<Buffer> {
  const tar = pack();
  for (const { text = '', ...header } of entries) tar.entry(header, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('archives made by others', () => {
  const pods = JSON.stringify({ kind: 'PodList', items: [POD] });

  test.each([
    ['with ./ in front', './', gzipSync],
    ['below a folder', 'my-cluster/', gzipSync],
    ['not packed', '', (bytes: Buffer) => bytes],
  ])('%s', async (_name, prefix, packed) => {
    await writeFile(join(folder, 'x.tar'), packed(await archive([{ name: `${prefix}objects/pods.json`, text: pods }])));
    expect(Object.keys((await read(join(folder, 'x.tar'))).objects)).toEqual(['pods']);
  });

  test('nothing is taken from outside of it', async () => {
    const bytes = await archive([
      { name: 'objects/pods.json', text: pods },
      { name: '../outside.json', text: pods },
      { name: '/etc/absolute.json', text: pods },
      { name: 'objects/../../up.json', text: pods },
      { name: 'objects/link.json', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'objects/hard.json', type: 'link', linkname: '/etc/passwd' },
    ]);
    await writeFile(join(folder, 'x.tar.gz'), gzipSync(bytes));
    const { objects, problems } = await read(join(folder, 'x.tar.gz'));
    expect(Object.keys(objects)).toEqual(['pods']);
    expect(problems).toHaveLength(5);
  });

  test('links in a folder are not followed', async () => {
    const root = await write({ 'objects/pods.json': pods });
    await symlink('/etc/passwd', join(root, 'objects/passwd.json'));
    const { objects, problems } = await read(root);
    expect(Object.keys(objects)).toEqual(['pods']);
    expect(problems).toEqual(['objects/passwd.json is left out: neither a file nor a folder']);
  });
});

describe('a snapshot that is broken', () => {
  test('cut at any hundredth byte: used, and said', async () => {
    const path = join(folder, 'whole.tar.gz');
    await writeSnapshot(DATA, path);
    const bytes = await readFile(path);
    let used = 0;
    for (let length = 1; length < bytes.length - 20; length += 100) {
      await writeFile(join(folder, 'cut.tar.gz'), bytes.subarray(0, length));
      const result = await readSnapshot(join(folder, 'cut.tar.gz'));
      if (result.ok) {
        used += 1;
        expect(result.value.problems.join()).toMatch(/cut|missing/);
      } else expect(['SNAPSHOT_EMPTY', 'SNAPSHOT_INVALID']).toContain(result.error.code);
    }
    expect(used).toBeGreaterThan(3);
  });

  test('in any seventh byte: read or refused, never thrown', async () => {
    const path = join(folder, 'whole.tar.gz');
    await writeSnapshot(DATA, path);
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await writeFile(join(folder, 'x.tar.gz'), damaged);
      const result = await readSnapshot(join(folder, 'x.tar.gz'));
      expect(typeof result.ok).toBe('boolean');
    }
  });

  test.each<[name: string, files: Record<string, string>, problem: RegExp]>([
    ['an object file that is cut', { 'objects/pods.json': '{"kind": "PodList", "items": [' }, /^objects\/pods\.json can't be read/],
    ['an object file that is empty', { 'objects/pods.json': '' }, /^objects\/pods\.json is empty/],
    ['YAML that is none', { 'objects/pods.yaml': 'a: [1\nb: {' }, /^objects\/pods\.yaml can't be read/],
    ['a dump that is none', { 'nodes/n1.dump': 'hello' }, /^nodes\/n1\.dump is left out: this is no dump/],
    ['a manifest that is none', { 'manifest.json': '{' }, /^manifest\.json can't be read/],
  ])('%s is a problem, the rest is used', async (_name, files, problem) => {
    const { objects, problems } = await read(await write({ 'objects/services.json': JSON.stringify(SERVICE), ...files }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(objects['services']).toEqual(SERVICE);
  });

  test('an output that the index lists and that is not there', async () => {
    const path = join(folder, 's/');
    await writeSnapshot(DATA, path);
    await rm(join(path, 'nodes/node1/host/ip-link'));
    const [node1] = (await read(path)).nodes;
    expect(node1?.truncated).toBe(true);
    expect(node1?.problems).toContain('nodes/node1/host/ip-link is missing');
    expect(node1?.namespaces[0]?.artifacts.has('ip-link')).toBe(false);
  });
});

describe('what is refused', () => {
  test.each<[name: string, bytes: Uint8Array | string, code: string]>([
    ['an empty file', '', 'SNAPSHOT_EMPTY'],
    ['an empty packed file', gzipSync(''), 'SNAPSHOT_INVALID'],
    ['a text', 'hello, this is no snapshot\n'.repeat(100), 'SNAPSHOT_INVALID'],
    ['a packed text', gzipSync('hello\n'.repeat(1000)), 'SNAPSHOT_INVALID'],
    ['the dump of one node', gzipSync('skoop-dump 1 node=n\n@end 0 -\n'), 'SNAPSHOT_INVALID'],
    ['the first bytes of an archive', gzipSync(Buffer.alloc(10_000, 'x')).subarray(0, 12), 'SNAPSHOT_EMPTY'],
  ])('%s', async (_name, bytes, code) => {
    await writeFile(join(folder, 'x.tar.gz'), bytes);
    expect(await readSnapshot(join(folder, 'x.tar.gz'))).toMatchObject({ ok: false, error: { code, exit: 2 } });
  });

  test('a path where nothing is', async () => {
    expect(await readSnapshot(join(folder, 'nowhere'))).toMatchObject({ ok: false, error: { code: 'SNAPSHOT_NOT_FOUND', exit: 2 } });
  });

  test('a folder of other things', async () => {
    expect(await readSnapshot(await write({ 'README.md': 'x' }))).toMatchObject({ ok: false, error: { code: 'SNAPSHOT_INVALID' } });
  });

  test('a later format, which says what to update to', async () => {
    const root = await write({ 'manifest.json': JSON.stringify({ formatVersion: 2, skoop: '9.1.0' }), 'objects/x.json': '{' });
    expect(await readSnapshot(root)).toMatchObject({
      ok: false,
      error: { code: 'SNAPSHOT_TOO_NEW', exit: 2, remedy: 'Update skoop to 9.1.0 or later.' },
    });
  });

  test('a small archive that unpacks to a huge one', async () => {
    await writeFile(join(folder, 'x.tar.gz'), gzipSync(Buffer.alloc(8 * 1024 * 1024)));
    expect(await readSnapshot(join(folder, 'x.tar.gz'), 1024 * 1024)).toMatchObject({ ok: false, error: { code: 'SNAPSHOT_TOO_LARGE' } });
  });
});
