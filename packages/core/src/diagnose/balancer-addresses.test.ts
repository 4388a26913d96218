import { expect, test } from '@jest/globals';
import { clusterOf, recordedSource } from '../cluster/live-source.ts';
import type { InfraShim } from '../contracts/infra-shim.ts';
import { withBalancerAddresses } from './balancer-addresses.ts';

const service = (name: string, type: string, ingress: readonly object[]) => ({
  metadata: { name, namespace: 'default', uid: name },
  spec: { type },
  status: { loadBalancer: { ingress } },
});
const items = [
  service('named', 'LoadBalancer', [{ hostname: 'x.example' }]),
  service('addressed', 'LoadBalancer', [{ ip: '192.0.2.9' }]),
  service('inner', 'ClusterIP', []),
];
const lists = { services: { kind: 'ServiceList', apiVersion: 'v1', items } };

async function addresses(balancerAddresses: InfraShim['balancerAddresses']): Promise<object> {
  const source = recordedSource(clusterOf({ version: '', lists, missing: [] }, []), new Map());
  const infra = { balancerAddresses } as InfraShim;
  const { services } = await (await withBalancerAddresses(source, infra, new AbortController().signal)).collect([]);
  return Object.fromEntries(
    services.map(({ metadata, status }) => [
      metadata.name,
      status.ingress
        .map(({ ip }) => ip)
        .join(' ')
        .trim(),
    ]),
  );
}

test.each<[name: string, method: InfraShim['balancerAddresses'], named: string]>([
  ['what the provider tells', ({ metadata }) => Promise.resolve([`192.0.2.${String(metadata.name.length)}`]), '192.0.2.5'],
  ['a provider that fails', () => Promise.reject(new Error('no right')), ''],
  ['one that answers something else', (() => 7) as never, ''],
])('a balancer that is known by its name alone: %s', async (_name, method, named) => {
  expect(await addresses(method)).toEqual({ named, addressed: '192.0.2.9', inner: '' });
});
