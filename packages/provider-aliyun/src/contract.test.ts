import { afterAll, test } from '@jest/globals';
import { buildCluster, packageContract } from '@skoop/testkit';
import { Stub } from './testing/stub.ts';
import { healthyWorld } from './testing/world.ts';

const stub = new Stub(healthyWorld());
await stub.start();
afterAll(() => stub.stop());

const { region, keys } = stub.world;
const cluster = () =>
  buildCluster({
    nodes: ['1', '2'].map((n) => ({
      name: `node${n}`,
      address: `172.30.0.1${n}/24`,
      podCidr: `10.244.${n}.0/24`,
      providerID: `${region}.i-node${n}`,
    })),
  });

const values = { 'aliyun-endpoint': stub.endpoint, 'aliyun-access-key-id': keys.id, 'aliyun-access-key-secret': keys.secret };
for (const { name, run } of await packageContract(new URL('..', import.meta.url), { healthy: { 'in its cloud': cluster }, values }))
  test(name, run);
