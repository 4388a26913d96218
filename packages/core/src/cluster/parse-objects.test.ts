import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CustomResource } from '../contracts/manifest.ts';
import { parseObjects } from './parse-objects.ts';

const NONE = { annotations: [] };

function one(kind: string, raw: object, options: { annotations: readonly string[] } = NONE) {
  const { objects, problems } = parseObjects({ it: { apiVersion: 'v1', kind: `${kind}List`, items: [raw] } }, options);
  return { objects, problems };
}

describe('an endpoint slice says nothing of a condition', () => {
  test.each([
    ['no conditions at all', undefined, { ready: true, serving: true, terminating: false }],
    ['null', null, { ready: true, serving: true, terminating: false }],
    ['empty', {}, { ready: true, serving: true, terminating: false }],
    ['ready is null', { ready: null }, { ready: true, serving: true, terminating: false }],
    ['not ready stays so', { ready: false, serving: true, terminating: true }, { ready: false, serving: true, terminating: true }],
  ])('%s', (_name, conditions, expected) => {
    const { objects } = one('EndpointSlice', {
      metadata: { name: 'web-1', namespace: 'default' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions }],
      ports: [{ name: null, protocol: null, port: 80 }],
    });
    expect(objects.endpointSlices[0]?.endpoints[0]?.conditions).toEqual(expected);
    expect(objects.endpointSlices[0]?.ports).toEqual([{ name: '', protocol: 'TCP', port: 80 }]);
  });
  test('endpoints and ports may be null', () => {
    const { objects, problems } = one('EndpointSlice', { metadata: { name: 'web' }, addressType: 'IPv4', endpoints: null, ports: null });
    expect(problems).toEqual([]);
    expect(objects.endpointSlices[0]).toMatchObject({ endpoints: [], ports: [] });
  });
});

describe('a service', () => {
  test.each([
    ['headless', { clusterIP: 'None', clusterIPs: ['None'] }, { clusterIPs: [], headless: true }],
    ['headless, as an old server says it', { clusterIP: 'None' }, { clusterIPs: [], headless: true }],
    ['an address', { clusterIP: '10.96.0.1' }, { clusterIPs: ['10.96.0.1'], headless: false }],
    [
      'two families',
      { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', 'fd00::1'] },
      { clusterIPs: ['10.96.0.1', 'fd00::1'], headless: false },
    ],
    [
      'an external name',
      { type: 'ExternalName', externalName: 'example.org' },
      { clusterIPs: [], headless: false, type: 'ExternalName', externalName: 'example.org' },
    ],
    [
      'defaults',
      {},
      { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', externalTrafficPolicy: 'Cluster', selector: {} },
    ],
    ['target port: the port', { ports: [{ port: 80 }] }, { ports: [{ name: '', protocol: 'TCP', port: 80, targetPort: 80, nodePort: 0 }] }],
    [
      'target port: a name',
      { ports: [{ port: 80, targetPort: 'http' }] },
      { ports: [{ name: '', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 0 }] },
    ],
  ])('%s', (_name, spec, expected) => {
    expect(one('Service', { metadata: { name: 'web', namespace: 'default' }, spec }).objects.services[0]?.spec).toMatchObject(expected);
  });
});

describe('a pod', () => {
  test('of the init containers, those that run on count', () => {
    const ports = (containerPort: number) => [{ containerPort }];
    const { objects } = one('Pod', {
      metadata: { name: 'web' },
      spec: {
        containers: [{ name: 'web', ports: ports(80) }],
        initContainers: [
          { name: 'setup', ports: ports(81) },
          { name: 'sidecar', restartPolicy: 'Always', ports: ports(82) },
        ],
      },
    });
    expect(objects.pods[0]?.spec.containers.map(({ name }) => name)).toEqual(['web', 'sidecar']);
  });
  test('without podIPs, the podIP counts', () => {
    expect(one('Pod', { metadata: { name: 'web' }, status: { podIP: '10.0.0.1' } }).objects.pods[0]?.status.podIPs).toEqual(['10.0.0.1']);
  });
  test('one that is not scheduled yet has neither node nor address', () => {
    const { objects, problems } = one('Pod', { metadata: { name: 'web' } });
    expect(problems).toEqual([]);
    expect(objects.pods[0]).toMatchObject({ spec: { nodeName: '', containers: [] }, status: { podIPs: [], phase: '' } });
  });
});

describe('annotations', () => {
  const metadata = {
    name: 'node1',
    annotations: { 'flannel.alpha.coreos.com/public-ip': '10.0.0.1', 'example.org/token': 'x', exact: 'y' },
  };
  test.each([
    ['none is named', [], {}],
    ['a prefix', ['flannel.alpha.coreos.com/'], { 'flannel.alpha.coreos.com/public-ip': '10.0.0.1' }],
    ['a whole key', ['exact'], { exact: 'y' }],
  ])('%s', (_name, annotations, expected) => {
    expect(one('Node', { metadata }, { annotations }).objects.nodes[0]?.metadata.annotations).toEqual(expected);
  });
});

describe('workloads and policies', () => {
  test.each([
    ['Deployment', { selector: { matchLabels: { app: 'web' } } }],
    ['ReplicationController', { selector: { app: 'web' } }],
  ])('labels of a %s', (kind, spec) => {
    expect(one(kind, { metadata: { name: 'web' }, spec }).objects.workloads).toMatchObject([{ kind, matchLabels: { app: 'web' } }]);
  });
  test("another group's NetworkPolicy is not taken for Kubernetes' own", () => {
    const items = [{ metadata: { name: 'p', namespace: 'n' }, spec: { a: 1 } }];
    const { objects } = parseObjects(
      {
        own: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items },
        other: { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicyList', items },
      },
      NONE,
    );
    expect(objects.policies.map(({ kind }) => kind)).toEqual(['NetworkPolicy', 'NetworkPolicy.crd.projectcalico.org']);
  });
});

describe('resources that a plugin names', () => {
  const POOLS: CustomResource = {
    resource: 'pools',
    kind: 'Pool',
    apiVersions: ['acme.example/v1', 'new.acme.example/v3'],
    fields: ['spec.cidr', 'spec.nodes.name', 'status'],
  };
  const metadata = { name: 'a', labels: { x: 'y' } };
  const spec = { cidr: '10.0.0.0/8', password: 'p', nodes: [{ name: 'n1', token: 't' }, 7] };
  const parse = (lists: Readonly<Record<string, unknown>>) => parseObjects(lists, { annotations: [], resources: [POOLS] });

  test('with the fields that are named, whatever they hold', () => {
    const { objects, problems } = parse({
      it: { apiVersion: 'acme.example/v1', kind: 'Pool', metadata, spec, status: [1], data: 'secret' },
    });
    expect(problems).toEqual([]);
    const fields = { spec: { cidr: '10.0.0.0/8', nodes: [{ name: 'n1' }, undefined] }, status: [1] };
    expect(objects.custom).toMatchObject(new Map([['pools.acme.example', [{ kind: 'Pool', group: 'acme.example', metadata, fields }]]]));
    expect(objects.custom.get('pools.acme.example')?.[0]?.fields).toEqual(fields);
  });

  test.each<[name: string, lists: Readonly<Record<string, unknown>>, keys: readonly string[]]>([
    [
      'of each group by its own name',
      { it: { kind: 'PoolList', apiVersion: 'new.acme.example/v3', items: [{ metadata }] } },
      ['pools.new.acme.example'],
    ],
    ["another group's of the same kind are not taken for them", { it: { kind: 'Pool', apiVersion: 'other.example/v1', metadata } }, []],
    ['an empty list that was read is there', { 'pools.acme.example': { kind: 'List', items: [] } }, ['pools.acme.example']],
    ['nothing was read', {}, []],
  ])('%s', (_name, lists, keys) => {
    expect([...parse(lists).objects.custom.keys()]).toEqual(keys);
  });

  test('one without a name is a problem', () => {
    const { objects, problems } = parse({ it: { kind: 'PoolList', apiVersion: 'acme.example/v1', items: [{ spec }, { metadata }] } });
    expect(objects.custom.get('pools.acme.example')).toHaveLength(1);
    expect(problems).toMatchObject([{ what: 'Pool.acme.example (without a name)' }]);
  });
});

describe('what is broken is named, and the rest is used', () => {
  const good = { metadata: { name: 'good', namespace: 'default' } };
  test.each([
    [
      'a field of another type',
      { metadata: { name: 'bad', namespace: 'default' }, spec: { containers: [{ ports: [{ containerPort: '80' }] }] } },
      'Pod default/bad',
      /^spec\.containers\.0\.ports\.0\.containerPort: .*expected number/,
    ],
    [
      'two wrong fields',
      { metadata: { name: 'bad' }, spec: { nodeName: 1, hostNetwork: 'yes' } },
      'Pod bad',
      /spec\.nodeName: .* \(and 1 more\)$/,
    ],
    ['no name', { metadata: { namespace: 'default' } }, 'Pod default/(without a name)', /^metadata\.name: /],
    ['no metadata', {}, 'Pod (without a name)', /^metadata: /],
  ])('%s', (_name, bad, what, why) => {
    const { objects, problems } = parseObjects({ pods: { kind: 'PodList', items: [bad, good] } }, NONE);
    expect(objects.pods.map(({ metadata }) => metadata.name)).toEqual(['good']);
    expect(problems).toEqual([{ what, why: expect.stringMatching(why) as unknown }]);
  });
  test.each([
    ['a text', 'nonsense'],
    ['nothing', null],
    ['an object without a kind', { items: [] }],
    ['items that are no list', { kind: 'PodList', items: 'x' }],
  ])('%s in place of a list', (_name, list) => {
    expect(parseObjects({ pods: list }, NONE).problems).toEqual([{ what: 'pods', why: expect.stringContaining('neither') as unknown }]);
  });
  test('no items at all is an empty list', () => {
    expect(parseObjects({ pods: { kind: 'PodList', items: null } }, NONE)).toMatchObject({ objects: { pods: [] }, problems: [] });
  });
});

describe('what kubectl prints', () => {
  test('a mixed list, with a Secret in it, and an object twice', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } };
    const items = [
      pod,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node1' } },
    ];
    const { objects, problems } = parseObjects({ all: { apiVersion: 'v1', kind: 'List', items }, again: pod }, NONE);
    expect(problems).toEqual([]);
    expect([objects.pods.length, objects.nodes.length]).toEqual([1, 1]);
  });
});

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('Pod', 'Service', 'EndpointSlice', 'Node', 'Deployment'), (value, kind) => {
      parseObjects(
        { raw: value, items: { kind: `${kind}List`, items: [value, { metadata: { name: 'x' }, spec: value, status: value }] } },
        NONE,
      );
    }),
  );
});
