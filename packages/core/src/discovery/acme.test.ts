import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectFlags } from '../config/collect-flags.ts';
import { makeConfigReader } from '../config/reader.ts';
import { resolveValues } from '../config/resolve-values.ts';
import type { Node } from '../cluster/objects.ts';
import type { CloudParts, ProviderContext } from '../contracts/context.ts';
import type { InfraResult, InfraShim } from '../contracts/infra-shim.ts';
import { makeTree } from './__fixtures__/tree.ts';
import { findCodePage, listCodes } from './codes.ts';
import { discover } from './discover.ts';
import type { Discovery } from './found.ts';
import { loadConfigBinders, loadProvider } from './load.ts';

const fixture = fileURLToPath(new URL('__fixtures__/acme-provider', import.meta.url));

/** The package of the fixture, in a folder whose package.json depends on it by its path. */
async function acme(): Promise<Discovery> {
  const root = await makeTree({
    'work/package.json': { dependencies: { 'skoop-provider-acme': `file:${fixture}` } },
    'work/node_modules/.keep': '',
  });
  const { symlink } = await import('node:fs/promises');
  await symlink(fixture, join(root, 'work/node_modules/skoop-provider-acme'));
  return discover({ cwd: join(root, 'work'), cliRoot: join(root, 'cli'), pluginsDir: join(root, 'data'), localPlugins: true });
}

const node: Node = {
  metadata: { name: 'node1', namespace: '', uid: '1', labels: {}, annotations: {}, ownerReferences: [] },
  spec: { providerID: 'acme://moon-1/1', podCIDRs: [], unschedulable: false },
  status: { addresses: [], conditions: [], kubeletVersion: '', osImage: '', kernelVersion: '' },
};

async function nodeToNode(discovery: Discovery, flags: Record<string, unknown>, recorded?: CloudParts): Promise<InfraResult> {
  const { binders } = collectFlags((await loadConfigBinders(discovery)).binders);
  const reader = makeConfigReader(
    binders,
    resolveValues(
      binders.flatMap((bound) => bound.flags),
      { flags, env: {} },
    ),
  );
  const provider = await loadProvider(discovery, 'acme');
  let infra: InfraShim | undefined;
  const compose = (parts: { infra: InfraShim }): Promise<never> => {
    infra = parts.infra;
    return Promise.reject(new Error('composed'));
  };
  await provider.createNetwork({ ...reader, compose, recorded } as unknown as ProviderContext).catch(() => undefined);
  const packet = { src: '10.0.0.1', sport: 40000, dst: '10.0.0.2', dport: 80, protocol: 'tcp' };
  if (infra === undefined) throw new Error('createNetwork did not compose');
  return infra.nodeToNode(node, 'eth0', node, packet, { signal: new AbortController().signal, direction: 'forward' });
}

describe("a third party's provider, in plain JavaScript", () => {
  test('is found, with its flags under its heading', async () => {
    const discovery = await acme();
    expect(discovery).toMatchObject({ plugins: [{ package: 'skoop-provider-acme', version: '1.2.3', origin: 'project' }], problems: [] });
    const { headings, problems } = collectFlags((await loadConfigBinders(discovery)).binders);
    expect(headings).toMatchObject([
      { heading: 'Acme provider', flags: [{ name: 'acme-region' }, { name: 'acme-block' }, { name: 'acme-token', secret: true }] },
    ]);
    expect(problems).toEqual([]);
  });

  test.each([
    ['lets packets pass', {}, 'pass', []],
    ['drops them where its flag says so', { 'acme-block': true }, 'drop', ['ACME_BLOCKED']],
  ])('%s', async (_rule, flags, outcome, codes) => {
    const result = await nodeToNode(await acme(), flags);
    expect(result.outcome).toBe(outcome);
    expect(result.suspicions.map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    ['what a snapshot holds', { wall: { closed: true } }, 'drop'],
    ['a snapshot that holds something else', { wall: 7 }, 'pass'],
  ])('answers from %s, whatever its flags say now', async (_rule, recorded, outcome) => {
    expect(await nodeToNode(await acme(), { 'acme-block': outcome === 'pass' }, recorded)).toMatchObject({ outcome });
  });

  test('brings the pages of its codes', async () => {
    const discovery = await acme();
    expect(await listCodes(discovery)).toEqual(['ACME_BLOCKED']);
    expect(await findCodePage(discovery, 'ACME_BLOCKED')).toMatchObject({
      package: 'skoop-provider-acme',
      text: expect.stringMatching(/^# ACME_BLOCKED/),
    });
    for (const code of ['ACME_OTHER', '../package', '../config.js', '']) expect(await findCodePage(discovery, code)).toBeUndefined();
  });
});
