import test from 'node:test';
import { buildCluster, packageContract } from '@skoop/testkit';

const healthy = () => {
  const cluster = buildCluster({
    nodes: ['1', '2'].map((n) => ({
      name: `node${n}`,
      address: `192.0.2.1${n}/24`,
      podCidr: `10.244.${n}.0/24`,
      pods: [{ name: `web-${n}`, address: `10.244.${n}.2` }],
    })),
  });
  const metadata = { name: '__NAME__-agent', namespace: 'kube-system', uid: '1', labels: {}, annotations: {}, ownerReferences: [] };
  cluster.workloads.push({ kind: 'DaemonSet', metadata, matchLabels: {} });
  return cluster;
};

const tests = await packageContract(new URL('..', import.meta.url), { healthy: { 'two nodes': healthy } });
for (const { name, run } of tests) test(name, run);
