import { describe, expect, test } from '@jest/globals';
import type { Cluster, InfraShim, Node, Suspicion } from '@skoop/core';
import { existsSync } from 'node:fs';
import { cloudOf } from './clouds.ts';
import { passingInfra, unseenClouds } from './infra.ts';
import generic from './index.ts';

function node(name: string, providerID: string): Node {
  return {
    metadata: { name, namespace: '', uid: name, labels: {}, annotations: {}, ownerReferences: [] },
    spec: { providerID, podCIDRs: [], unschedulable: false },
    status: { addresses: [], conditions: [], kubeletVersion: '', osImage: '', kernelVersion: '' },
  };
}

const clusterOf = (...ids: string[]): Cluster => ({
  version: '',
  nodes: ids.map((id, i) => node(`node${String(i + 1)}`, id)),
  pods: [],
  services: [],
  endpointSlices: [],
  namespaces: [],
  workloads: [],
  configMaps: [],
  policies: [],
  custom: new Map(),
  hosts: new Map(),
  missing: [],
});

const packet = { src: '10.0.0.1', sport: 40000, dst: '10.0.0.2', dport: 80, protocol: 'tcp' };
const options = { signal: new AbortController().signal, direction: 'forward' } as const;
const onEveryEdge = async (infra: InfraShim): Promise<readonly { outcome: string; suspicions: readonly Suspicion[] }[]> => [
  await infra.nodeToNode(node('node1', ''), 'eth0', node('node2', ''), packet, options),
  await infra.nodeToExternal(node('node1', ''), 'eth0', packet, options),
  await infra.externalToNode(node('node1', ''), packet, options),
  await infra.externalToLoadBalancer({} as never, packet, [], options),
];

describe('every edge passes', () => {
  test.each([
    ['in silence where the nodes name no cloud', ['', 'kind://docker/kind/worker', 'k3s://node3'], []],
    [
      'saying once, in all, that a cloud is not looked at',
      ['', 'aws:///eu-west-1a/i-0abc', 'aws:///eu-west-1b/i-0def'],
      ['NODE_CLOUD_UNSEEN'],
    ],
  ])('%s', async (_rule, ids, codes) => {
    const answers = await onEveryEdge(passingInfra(clusterOf(...ids)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(answers.flatMap(({ suspicions }) => suspicions.map(({ code }) => code))).toEqual(codes);
  });
});

test('the fact is INFO, stands on the first node that shows it, and says how to look', () => {
  expect(unseenClouds(clusterOf('', 'cn-hangzhou.i-bp1abc'))).toMatchObject([
    {
      level: 'INFO',
      on: { type: 'node', id: 'node2' },
      remedy: 'npm i @skoop/provider-aliyun',
      evidence: [{ object: { kind: 'Node', name: 'node2' }, path: '/spec/providerID', value: 'cn-hangzhou.i-bp1abc' }],
    },
  ]);
});

test.each<[providerID: string, cloud: string | undefined]>([
  ['cn-hangzhou.i-bp1abc', 'Alibaba Cloud'],
  ['us-west-1.i-rj9abc', 'Alibaba Cloud'],
  ['alicloud://cn-beijing.i-2ze', 'Alibaba Cloud'],
  ['aws:///eu-west-1a/i-0abc', 'Amazon Web Services'],
  ['gce://project/europe-west1-b/node', 'Google Cloud'],
  ['azure:///subscriptions/x/virtualMachines/y', 'Microsoft Azure'],
  ['openstack:///uuid', 'OpenStack'],
  ['', undefined],
  ['kind://docker/kind/worker', undefined],
  ['metal3://ns/host/uid', undefined],
])('the providerID %j names %s', (providerID, cloud) => {
  expect(cloudOf(node('n', providerID))?.name).toBe(cloud);
});

test('createNetwork composes its own part with whatever CNI there is', async () => {
  const parts: object[] = [];
  const compose = (given: object): Promise<never> => (parts.push(given), Promise.reject(new Error('enough')));
  await expect(generic.createNetwork({ cluster: clusterOf(''), compose } as never)).rejects.toThrow('enough');
  expect(parts).toEqual([{ infra: expect.objectContaining({ nodeToNode: expect.any(Function) as unknown }) }]);
});

test('its code has a page', () => {
  expect(existsSync(new URL('../codes/NODE_CLOUD_UNSEEN.md', import.meta.url))).toBe(true);
});
