import { expect, test } from '@jest/globals';
import { allowed } from './allow-list.ts';

test.each([
  [
    "kube-proxy's configuration stays",
    'config.conf',
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclientConnection:\n  kubeconfig: /var/lib/kubeconfig.conf\n',
    true,
  ],
  ["flannel's stays", 'net-conf.json', '{"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan"}}', true],
  ['a kubeconfig by its key', 'kubeconfig.conf', 'anything', false],
  ['a kubeconfig by its kind', 'conf', 'apiVersion: v1\nkind: Config\nclusters: []\n', false],
  ['a token inside', 'conf', 'users:\n- user:\n    token: abc\n', false],
  ['a token in JSON', 'conf', '{"a":{"token":"abc"}}', false],
  ['a private key', 'conf', '-----BEGIN RSA PRIVATE KEY-----\nabc', false],
])('of a ConfigMap, %s', (_name, key, value, kept) => {
  const { list } = allowed({ kind: 'ConfigMapList', items: [{ metadata: { name: 'c', namespace: 'n' }, data: { [key]: value } }] }, []);
  expect(list.items).toMatchObject([{ data: kept ? { [key]: value } : {} }]);
  expect(Object.keys((list.items[0] as { data: object }).data)).toEqual(kept ? [key] : []);
});

test.each(['constructor', '__proto__', 'toString'])('%s is no kind', (kind) => {
  expect(allowed({ kind: 'List', items: [{ kind, metadata: { name: 'x' } }] }, []).list.items).toEqual([]);
});
