import { test } from '@jest/globals';
import { buildCluster, packageContract } from '@skoop/testkit';

const cluster = () =>
  buildCluster({
    nodes: ['1', '2'].map((n) => ({
      name: `node${n}`,
      address: `192.0.2.1${n}/24`,
      podCidr: `10.244.${n}.0/24`,
      providerID: 'gce://p/z/n',
    })),
  });

for (const { name, run } of await packageContract(new URL('..', import.meta.url), { healthy: { 'on a cloud': cluster }, areas: ['NODE'] }))
  test(name, run);
