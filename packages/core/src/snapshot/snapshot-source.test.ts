import { describe, expect, test } from '@jest/globals';
import type { NodeDump } from './node-dump.ts';
import { NO_META } from './node-dump.ts';
import { snapshotSource } from './snapshot-source.ts';

const pod = (name: string, uid: string, annotations: Record<string, string> = {}) => ({
  kind: 'Pod',
  metadata: { namespace: 'default', name, uid, annotations },
  spec: { nodeName: 'node1' },
  status: {},
});
const namespace = (folder: string, uid: string) => ({
  folder,
  kind: 'pod' as const,
  pod: { namespace: '', name: '', uid },
  artifacts: new Map(),
});

const dump: NodeDump = {
  node: 'node1',
  meta: NO_META,
  truncated: false,
  problems: [],
  namespaces: [
    { folder: 'host', kind: 'host', artifacts: new Map() },
    namespace('pods/u1', 'u1'),
    namespace('pods/hash1', 'hash1'),
    namespace('pods/u9', 'u9'),
  ],
};

const source = snapshotSource(
  {
    manifest: {
      formatVersion: 1,
      created: '',
      skoop: '',
      clusterVersion: 'v1.34.0',
      missing: [{ what: 'node node2', why: 'it is NotReady' }],
    },
    objects: {
      pods: { kind: 'PodList', apiVersion: 'v1', items: [pod('web-1', 'u1'), pod('etcd', 'u2', { 'kubernetes.io/config.hash': 'hash1' })] },
    },
    nodes: [dump],
    clouds: { acme: { wall: { isOpen: true } } },
    problems: ['objects/services.json was cut'],
  },
  [],
);

describe('a recorded cluster', () => {
  test('pods that a dump knows by uid get their names, static ones by their hash', async () => {
    const state = (await source.collect(['node1'])).hosts.get('node1');
    expect(state?.kind === 'dumped' ? Object.fromEntries(state.pods) : undefined).toEqual({
      'default/web-1': 'nodes/node1/pods/u1',
      'default/etcd': 'nodes/node1/pods/hash1',
      u9: 'nodes/node1/pods/u9',
    });
  });

  test('a node that gave no dump keeps its reason, one that is not there says so', async () => {
    const { hosts } = await source.collect(['node2', 'node3']);
    expect(hosts.get('node2')).toEqual({ kind: 'missing', why: 'it is NotReady' });
    expect(hosts.get('node3')).toMatchObject({ kind: 'missing' });
  });

  test('what it holds of a cloud is there for its provider, as it was written', () => {
    expect(source.clouds).toEqual({ acme: { wall: { isOpen: true } } });
  });

  test('what of the file could not be read is missing', () => {
    expect(source.cluster.missing).toContainEqual({ what: 'a part of the snapshot', why: 'objects/services.json was cut' });
  });
});
