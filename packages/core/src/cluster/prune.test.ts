import { describe, expect, test } from '@jest/globals';
import { parseObjects } from './parse-objects.ts';
import { pruneForSnapshot, pruneList } from './prune.ts';

const OPTIONS = { annotations: ['flannel.alpha.coreos.com/'], configMaps: ['kube-system/kube-proxy'] };

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'u',
    labels: { app: 'web' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'SECRET' },
    managedFields: [{ manager: 'SECRET' }],
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r', controller: true }],
  },
  spec: {
    nodeName: 'node1',
    serviceAccountName: 'SECRET',
    volumes: [{ secret: { secretName: 'SECRET' } }],
    containers: [
      {
        name: 'web',
        image: 'SECRET',
        command: ['SECRET'],
        args: ['SECRET'],
        env: [{ name: 'A', value: 'SECRET' }],
        envFrom: ['SECRET'],
        ports: [{ containerPort: 80 }],
      },
    ],
    initContainers: [{ name: 'init', args: ['SECRET'] }],
  },
  status: { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [{ state: 'SECRET' }] },
};

describe('a snapshot', () => {
  test('keeps nothing of a pod that the model does not read', () => {
    const pruned = pruneForSnapshot('Pod', POD, OPTIONS);
    expect(JSON.stringify(pruned)).not.toContain('SECRET');
    expect(pruned).toMatchObject({ kind: 'Pod', metadata: { name: 'web', uid: 'u', labels: { app: 'web' } }, spec: { nodeName: 'node1' } });
  });
  test('keeps all that the model reads', () => {
    const before = parseObjects({ pods: { kind: 'PodList', items: [POD] } }, OPTIONS);
    expect(parseObjects({ pods: pruneList({ kind: 'PodList', items: [POD] }, OPTIONS) }, OPTIONS)).toEqual(before);
  });
  test('keeps the annotations that a plugin names', () => {
    const node = { metadata: { name: 'n', annotations: { 'flannel.alpha.coreos.com/public-ip': '1.1.1.1', other: 'SECRET' } } };
    expect(pruneForSnapshot('Node', node, OPTIONS)?.['metadata']).toEqual({
      name: 'n',
      annotations: { 'flannel.alpha.coreos.com/public-ip': '1.1.1.1' },
    });
  });
  test.each(['Secret', 'ServiceAccount', 'Event', '', 'constructor', '__proto__'])('has no object of kind %p', (kind) => {
    expect(pruneForSnapshot(kind, { metadata: { name: 's' }, data: { a: 'SECRET' } }, OPTIONS)).toBeUndefined();
  });
  test("keeps the group of another group's policy", () => {
    const list = pruneList(
      { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicyList', items: [{ metadata: { name: 'p' }, spec: { a: 1 } }] },
      OPTIONS,
    );
    expect(list['items']).toEqual([
      { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec: { a: 1 } },
    ]);
  });
});

describe('of ConfigMaps', () => {
  const configMap = (namespace: string, name: string, data: Record<string, string>) => ({ metadata: { namespace, name }, data });
  test('one that nobody named is left out', () => {
    expect(pruneForSnapshot('ConfigMap', configMap('default', 'kube-proxy', { a: 'b' }), OPTIONS)).toBeUndefined();
  });
  test.each([
    [
      'plain configuration stays',
      'config.conf',
      'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n',
      true,
    ],
    ['a kubeconfig by its key', 'kubeconfig.conf', 'anything', false],
    ['a kubeconfig by its kind', 'conf', 'apiVersion: v1\nkind: Config\nclusters: []\n', false],
    ['a token inside', 'conf', 'users:\n- user:\n    token: abc\n', false],
    ['a private key', 'conf', '-----BEGIN RSA PRIVATE KEY-----\nabc', false],
  ])('%s', (_name, key, value, kept) => {
    const pruned = pruneForSnapshot('ConfigMap', configMap('kube-system', 'kube-proxy', { [key]: value }), OPTIONS);
    expect(pruned?.['data']).toEqual(kept ? { [key]: value } : {});
  });
});
