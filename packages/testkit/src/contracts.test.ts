import { describe, expect, test } from '@jest/globals';
import type { CniPlugin, ConfigBinder, ConfigReader, InfraShim, Provider, Suspicion } from '@skoop/core';
import {
  type ContractTest,
  buildCluster,
  cniPluginContract,
  configBinderContract,
  createNetwork,
  infraShimContract,
  providerContract,
} from './index.ts';

const cluster = () =>
  buildCluster({
    nodes: ['1', '2'].map((n) => ({
      name: `node${n}`,
      address: `192.0.2.1${n}/24`,
      podCidr: `10.244.${n}.0/24`,
      providerID: `acme://node${n}`,
      annotations: { 'acme.example/network': 'acmenet' },
      pods: [{ name: `web-${n}`, address: `10.244.${n}.2` }],
    })),
  });

/** Names of the tests that fail, with why. */
async function failures(tests: readonly ContractTest[]): Promise<Readonly<Record<string, string>>> {
  const failed: Record<string, string> = {};
  for (const { name, run } of tests)
    await run().catch((error: unknown) => {
      failed[name] = error instanceof Error ? error.message : String(error);
    });
  return failed;
}

const bridgeDown = (node: string, rest: Partial<Suspicion> = {}): Suspicion => ({
  code: 'ACMENET_BRIDGE_DOWN',
  level: 'WARNING',
  on: { type: 'node', id: node },
  message: 'The bridge is not there.',
  evidence: [{ object: { kind: 'Node', name: node }, path: '/spec/podCIDRs', value: [] }],
  remedy: 'Restart acmenet.',
  ...rest,
});
const none: ConfigReader = {
  config: () => {
    throw new Error('it has no flags');
  },
};

const acmenet: CniPlugin = {
  name: 'acmenet',
  contract: '^1.0',
  detect: ({ nodes }) => {
    const because = nodes.filter(({ metadata }) => 'acme.example/network' in metadata.annotations).map(({ metadata }) => metadata.name);
    return { score: because.length > 0 ? 90 : 0, because };
  },
  configure: ({ nodes }) => ({ podCidrs: nodes.flatMap(({ spec }) => spec.podCIDRs), details: { bridge: 'cni0' } }),
  checkPod: () => [],
  checkNode: (_cluster, _config, { metadata }, host) => {
    const root = host.namespaces.get(host.root);
    const isRead = root?.gaps.every(({ topic, kind }) => kind === 'unsupported' || topic !== 'links') ?? false;
    return !isRead || root?.links.some(({ name }) => name === 'cni0') === true ? [] : [bridgeDown(metadata.name)];
  },
  enforces: ['NetworkPolicy'],
};
const cniTests = (plugin: CniPlugin): readonly ContractTest[] =>
  cniPluginContract(plugin, { name: 'acmenet', healthy: { bridged: cluster }, config: none, pages: new Set(['ACMENET_BRIDGE_DOWN']) });

describe('a CNI plugin', () => {
  test('that keeps the contract passes', async () => {
    expect(await failures(cniTests(acmenet))).toEqual({});
  });

  let calls = 0;
  test.each<[fault: string, change: Partial<CniPlugin>, failing: string, why: RegExp]>([
    ['another name than its manifest has', { name: 'other' }, 'it has the fields of a CniPlugin', /must be "acmenet"/],
    ['no checks', { checkPod: undefined as never }, 'it has the fields of a CniPlugin', /checkPod/],
    [
      'sure of every cluster',
      { detect: () => ({ score: 100, because: ['x'] }) },
      'a cluster of which nothing is known is not its own beyond doubt, and no error',
      /./,
    ],
    [
      'an unknown cluster is an error',
      { detect: ({ nodes }) => ({ score: nodes[0]?.metadata.name.length as never, because: [] }) },
      'bridged: it recognises the cluster as its own, and says by what',
      /because/,
    ],
    [
      'does not recognise its own',
      { detect: () => ({ score: 0, because: [] }) },
      'bridged: it recognises the cluster as its own, and says by what',
      /above 0/,
    ],
    ['a kind of policy that is none', { enforces: ['network policies'] }, 'what it enforces is a list of kinds', /./],
    [
      'a configuration that is no JSON',
      { configure: () => ({ podCidrs: [], details: { seen: new Map() } }) },
      'bridged: its configuration is plain data, read from the cluster',
      /plain JSON/,
    ],
    [
      'pod networks that are none',
      { configure: () => ({ podCidrs: ['everywhere'], details: {} }) },
      'bridged: its configuration is plain data, read from the cluster',
      /"everywhere" must be a network/,
    ],
    [
      'cries wolf',
      { checkNode: (_c, _o, { metadata }) => [bridgeDown(metadata.name)] },
      'bridged: it finds nothing wrong where nothing is',
      /ACMENET_BRIDGE_DOWN/,
    ],
    [
      'takes what was not collected for broken',
      {
        checkNode: (_c, _o, { metadata }, host) =>
          host.namespaces.get(host.root)?.links.some(({ name }) => name === 'cni0') ? [] : [bridgeDown(metadata.name)],
      },
      'bridged: what was not collected is not taken for broken',
      /ip-link/,
    ],
    [
      'needs a dump',
      {
        checkPod: (_c, _o, _p, host) => (host.namespaces.get(host.root)?.links.length ? [] : [bridgeDown('x')]),
      },
      'bridged: without any dump, and without any pod, its checks end',
      /./,
    ],
    [
      'answers otherwise each time',
      { checkPod: (_c, _o, { metadata }) => (calls++ % 2 === 0 ? [] : [bridgeDown(metadata.name, { level: 'INFO' })]) },
      'bridged: its checks are pure',
      /same answer/,
    ],
    [
      'changes what it is given',
      { checkNode: (_c, _o, node) => (Object.assign(node.metadata, { uid: `${node.metadata.uid}x` }), []) },
      'bridged: its checks are pure',
      /must not change/,
    ],
    [
      "a code of somebody else's area",
      { checkNode: (...args) => acmenet.checkNode(...args).map((one) => ({ ...one, code: 'NODE_DOWN' })) },
      'bridged: whatever it says of a cluster that is broken can be shown, and has a page',
      /own area/,
    ],
    [
      'a code without a page',
      { checkNode: (...args) => acmenet.checkNode(...args).map((one) => ({ ...one, code: 'ACMENET_OTHER' })) },
      'bridged: whatever it says of a cluster that is broken can be shown, and has a page',
      /page/,
    ],
    [
      'no remedy',
      { checkNode: (...args) => acmenet.checkNode(...args).map((one) => ({ ...one, remedy: '' })) },
      'bridged: whatever it says of a cluster that is broken can be shown, and has a page',
      /what to do/,
    ],
    [
      'a level that there is not',
      { checkNode: (...args) => acmenet.checkNode(...args).map((one) => ({ ...one, level: 'BAD' as never })) },
      'bridged: whatever it says of a cluster that is broken can be shown, and has a page',
      /level/,
    ],
    [
      'throws where something is missing',
      {
        checkNode: (_c, _o, _n, host) =>
          (host.namespaces.get(host.root)?.links.find(({ name }) => name === 'cni0')?.name.length as number) > 0
            ? []
            : (() => {
                throw new Error('no bridge');
              })(),
      },
      'bridged: what was not collected is not taken for broken',
      /no bridge/,
    ],
  ])('%s: fails', async (_fault, change, failing, why) => {
    const failed = await failures(cniTests({ ...acmenet, ...change }));
    expect(Object.keys(failed)).toContain(failing);
    expect(failed[failing]).toMatch(why);
  });
});

const acmeBinder: ConfigBinder<{ region: string }> = {
  name: 'acme',
  heading: 'Acme provider',
  bindFlags(flags) {
    flags.add({ name: 'acme-region', type: 'string', default: 'moon-1', description: 'Region' });
    flags.add({ name: 'acme-token', type: 'string', secret: true, description: 'Token' });
  },
  parse(values) {
    const region = String(values['acme-region']);
    return /^[a-z]+-\d+$/.test(region)
      ? { ok: true, value: { region } }
      : { ok: false, error: [{ flag: 'acme-region', message: 'no region; one is moon-1' }] };
  },
};

describe('a ConfigBinder', () => {
  test('that keeps the contract passes', async () => {
    expect(await failures(configBinderContract(acmeBinder, { prefix: 'acme' }))).toEqual({});
  });

  const add = (name: string, more: object = {}): Partial<ConfigBinder<unknown>> => ({
    bindFlags(flags) {
      acmeBinder.bindFlags(flags);
      flags.add({ name, type: 'string', description: '', ...more });
    },
  });
  let turn = 0;
  test.each<[fault: string, change: Partial<ConfigBinder<unknown>>, failing: string]>([
    ['no parse', { parse: undefined as never }, 'it has the fields of a ConfigBinder'],
    ['a flag that is none', add('acme_UP'), 'its flags are well made'],
    ['a default of another type', add('acme-number', { default: 7 }), 'its flags are well made'],
    ['a flag of somebody else', add('region'), 'its flags begin with "acme-", so that no two plugins have the same'],
    ['a flag twice', add('acme-region'), 'each flag is declared once'],
    [
      'other flags each time',
      { bindFlags: (flags) => flags.add({ name: `acme-${String(turn++)}`, type: 'string', description: '' }) },
      'it declares the same flags each time it is asked',
    ],
    ['a secret with a default', add('acme-key', { secret: true, default: 'k' }), 'a secret has no default'],
    ['a password for all to see', add('acme-password'), 'what has "secret", "token" or "password" in its name is a secret'],
    [
      'refuses its own defaults',
      { parse: () => ({ ok: false, error: [{ flag: 'acme-region', message: 'no' }] }) },
      'it takes its own defaults',
    ],
    [
      'throws',
      {
        parse: (values) => {
          if (values['acme-region'] === '') throw new Error('empty');
          return { ok: true, value: 1 };
        },
      },
      'a value that is wrong is an error about that flag, never an exception',
    ],
    [
      'an error about no flag',
      {
        parse: (values) =>
          values['acme-region'] === 'moon-1' ? { ok: true, value: 1 } : { ok: false, error: [{ flag: 'x', message: 'no' }] },
      },
      'a value that is wrong is an error about that flag, never an exception',
    ],
    [
      'an error that shows a secret',
      {
        parse: (values) =>
          values['acme-token'] === undefined
            ? { ok: true, value: 1 }
            : { ok: false, error: [{ flag: 'acme-token', message: `${String(values['acme-token'])} is wrong` }] },
      },
      'the error about a secret does not show it',
    ],
  ])('%s: fails', async (_fault, change, failing) => {
    expect(Object.keys(await failures(configBinderContract({ ...acmeBinder, ...change }, { prefix: 'acme' })))).toContain(failing);
  });
});

const PASS = { outcome: 'pass', suspicions: [] } as const;
const wall = (rest: object = {}) => ({
  outcome: 'drop' as const,
  hops: [{ type: 'acme-wall', id: 'moon-1' }],
  suspicions: [bridgeDown('node1', { code: 'ACME_BLOCKED', level: 'FATAL', on: { type: 'acme-wall', id: 'moon-1' } })],
  ...rest,
});
const shim: InfraShim = {
  nodeToNode: () => Promise.resolve(wall()),
  nodeToExternal: () => Promise.resolve(PASS),
  externalToNode: () => Promise.resolve(PASS),
  externalToLoadBalancer: () => Promise.resolve(PASS),
};
const infraTests = (infra: InfraShim): readonly ContractTest[] =>
  infraShimContract({ create: () => infra, nodes: cluster().nodes, areas: ['ACME'], nodeKinds: ['acme-wall'] });

describe('an InfraShim', () => {
  test('that keeps the contract passes', async () => {
    expect(await failures(infraTests(shim))).toEqual({});
  });

  let asked = 0;
  test.each<[fault: string, change: Partial<InfraShim>, failing: string]>([
    ['a method is not there', { externalToLoadBalancer: undefined as never }, 'it has four methods'],
    [
      'an outcome that there is not',
      { nodeToNode: () => Promise.resolve({ ...PASS, outcome: 'ok' as never }) },
      'every answer has an outcome and a list of suspicions',
    ],
    ['a drop without a reason', { nodeToNode: () => Promise.resolve(wall({ suspicions: [] })) }, 'a drop or a reject says why'],
    [
      'unknown without a reason',
      { nodeToNode: () => Promise.resolve({ outcome: 'unknown', suspicions: [] }) },
      'what is unknown says what could not be looked at',
    ],
    [
      'a code of another area',
      { nodeToNode: () => Promise.resolve(wall({ suspicions: [bridgeDown('node1')] })) },
      'every suspicion can be shown',
    ],
    [
      'ways of more than all',
      {
        nodeToNode: (_s, _o, _d, packet) =>
          Promise.resolve({ ...PASS, forwards: [0.7, 0.7].map((probability) => ({ packet, to: 'node1', probability })) }),
      },
      'where it changes the packet, the ways have nodes and probabilities',
    ],
    [
      'a kind of node that it did not declare',
      { nodeToNode: () => Promise.resolve(wall({ hops: [{ type: 'acme-gate', id: '1' }] })) },
      'the network nodes that it draws are of the kinds that it declares',
    ],
    [
      'another answer each time',
      { nodeToExternal: () => Promise.resolve(asked++ % 2 === 0 ? PASS : wall()) },
      'equal questions get equal answers',
    ],
    [
      'goes on after the run is over',
      { nodeToExternal: (_s, _o, _p, { signal }) => (signal.aborted ? new Promise(() => undefined) : Promise.resolve(PASS)) },
      'once the run is over it comes back at once',
    ],
    [
      'changes what it is given',
      { nodeToNode: (src) => (Object.assign(src.metadata, { uid: `${src.metadata.uid}x` }), Promise.resolve(PASS)) },
      'it does not change what it is given',
    ],
  ])(
    '%s: fails',
    async (_fault, change, failing) => {
      expect(Object.keys(await failures(infraTests({ ...shim, ...change })))).toContain(failing);
    },
    20_000,
  );
});

const acme: Provider = {
  name: 'acme',
  detect: ({ nodes }) => ({ score: nodes.length > 0 ? 90 : 0, because: nodes.map(({ spec }) => spec.providerID) }),
  createNetwork: (ctx) => ctx.compose({ infra: shim, nodeKinds: ['acme-wall'] }),
};
const providerTests = (provider: Provider): readonly ContractTest[] =>
  providerContract(provider, { name: 'acme', cluster: () => cluster().cluster(), config: none });

describe('a Provider', () => {
  test('that keeps the contract passes, and what it composed can be looked at', async () => {
    expect(await failures(providerTests(acme))).toEqual({});
    const { infra, nodeKinds } = await createNetwork(acme, { cluster: () => cluster().cluster(), config: none });
    expect([infra, nodeKinds]).toEqual([shim, ['acme-wall']]);
  });

  test.each<[fault: string, change: Partial<Provider>, failing: string]>([
    ['another name than its manifest has', { name: 'other' }, 'it has the fields of a Provider'],
    ['no network', { createNetwork: () => Promise.resolve({} as never) }, 'it builds a network'],
    ['throws', { createNetwork: () => Promise.reject(new Error('no region')) }, 'it builds a network'],
    ['does not recognise its own', { detect: () => ({ score: 0, because: [] }) }, 'it recognises the cluster as its own, and says by what'],
    [
      'changes the cluster',
      { createNetwork: (ctx) => (Object.assign(ctx.cluster.nodes[0]?.spec ?? {}, { providerID: '' }), ctx.compose({ infra: shim })) },
      'it leaves the cluster as it is',
    ],
    [
      'a network that can be disposed of once',
      {
        createNetwork: () => {
          let isOver = false;
          return Promise.resolve({
            diagnose: () => Promise.reject(new Error('no')),
            dispose: () => (isOver ? Promise.reject(new Error('twice')) : ((isOver = true), Promise.resolve())),
          });
        },
      },
      'its network can be disposed of twice',
    ],
  ])('%s: fails', async (_fault, change, failing) => {
    expect(Object.keys(await failures(providerTests({ ...acme, ...change })))).toContain(failing);
  });
});
