import test from 'node:test';
import { buildCluster, packageContract } from '@skoop/testkit';

const healthy = () =>
  buildCluster({
    nodes: [
      { name: 'node1', address: '192.0.2.11/24', podCidr: '10.244.1.0/24', providerID: '__NAME__://1' },
      { name: 'node2', address: '192.0.2.12/24', podCidr: '10.244.2.0/24', providerID: '__NAME__://2' },
    ],
  });

const tests = await packageContract(new URL('..', import.meta.url), {
  healthy: { 'two nodes': healthy },
  values: { '__NAME__-closed-ports': '80' },
});
for (const { name, run } of tests) test(name, run);
