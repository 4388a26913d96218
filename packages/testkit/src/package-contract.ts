import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Cluster, CniPlugin, ConfigBinder, ConfigReader, FlagValues, Manifest, Node, Packet, Provider, Service } from '@skoop/core';
import { checkManifest, readPackage } from '@skoop/core/plugins';
import { configBinderContract, defaultsOf } from './binder-contract.ts';
import { cniPluginContract } from './cni-contract.ts';
import { type ContractTest, about, contractTest } from './contract-test.ts';
import { infraShimContract } from './infra-contract.ts';
import { createNetwork, providerContract } from './provider-contract.ts';
import type { Recording } from './recording.ts';

/** What a package is tried on. */
export interface PackageSamples {
  /** Clusters of its own kind on which nothing is wrong, by a name for the report; each call makes one anew. */
  readonly healthy: Readonly<Record<string, () => Recording>>;
  /** Values of its flags, beside the defaults. */
  readonly values?: FlagValues;
  /** Its flags' defaults alone are an error, since one must be given. */
  readonly needsValues?: boolean;
  /** Further areas that its codes may begin with; each plugin's name in upper case always is one. */
  readonly areas?: readonly string[];
  /** Of a provider: what its shim should be asked about beside the usual. */
  readonly packets?: readonly Packet[];
  readonly service?: Service;
}

/**
 * Everything that a plugin package promises, as tests for any runner: its manifest, its pages, its flags, and each of its plugins.
 *
 * @param folder of its package.json: a path, or a `file:` URL
 * @throws where there is no package, or its manifest is not sound: then there is nothing to be tried
 */
export async function packageContract(folder: string | URL, samples: PackageSamples): Promise<readonly ContractTest[]> {
  const root = folder instanceof URL ? fileURLToPath(folder) : folder;
  const manifest = await manifestOf(root);
  const binders = manifest.config === undefined ? [] : await importDefault<readonly ConfigBinder<unknown>[]>(root, manifest.config);
  const pages = await pagesOf(root, manifest);
  const reader = readerOf(binders, samples.values ?? {});
  const tests: ContractTest[] = [...about('manifest', manifestContract(root, manifest, pages))];
  for (const binder of binders) {
    const prefix = manifest.plugins.find(({ name }) => binder.name === name)?.name ?? manifest.plugins[0]?.name ?? '';
    tests.push(...about(`flags ${binder.name}`, configBinderContract(binder, { prefix, ...valuesOf(samples) })));
  }
  for (const { kind, name, entry } of manifest.plugins) {
    const areas = [areaOf(name), ...(samples.areas ?? [])];
    const subject = `${kind} ${name}`;
    if (kind === 'cni') {
      const plugin = await importDefault<CniPlugin>(root, entry);
      tests.push(...about(subject, cniPluginContract(plugin, { name, healthy: samples.healthy, config: reader, areas, pages })));
      continue;
    }
    const provider = await importDefault<Provider>(root, entry);
    for (const [title, record] of Object.entries(samples.healthy)) {
      const cluster = (): Cluster => record().cluster();
      tests.push(...about(`${subject}, ${title}`, providerContract(provider, { name, cluster, config: reader })));
      tests.push(...about(`infra of ${subject}, ${title}`, await infraTests(provider, cluster, reader, areas, samples)));
    }
  }
  return tests;
}

function valuesOf({ values, needsValues }: PackageSamples): { readonly values?: FlagValues; readonly needsValues?: boolean } {
  return { ...(values !== undefined && { values }), ...(needsValues !== undefined && { needsValues }) };
}

function areaOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** A provider whose network is entirely its own has no shim to be tried. */
async function infraTests(
  provider: Provider,
  cluster: () => Cluster,
  config: ConfigReader,
  areas: readonly string[],
  { packets, service }: PackageSamples,
): Promise<readonly ContractTest[]> {
  const first = await createNetwork(provider, { cluster, config });
  await first.network.dispose();
  if (first.infra === undefined) return [];
  const nodes: readonly Node[] = cluster().nodes;
  if (nodes.length < 2) return [contractTest('it is tried', () => assert.fail('a healthy cluster for a provider needs two nodes'))];
  return infraShimContract({
    create: async () => {
      const { infra } = await createNetwork(provider, { cluster, config });
      assert.ok(infra !== undefined, 'createNetwork composed a network once, and not again');
      return infra;
    },
    nodes,
    areas,
    nodeKinds: first.nodeKinds,
    ...(packets !== undefined && { packets }),
    ...(service !== undefined && { service }),
  });
}

async function manifestOf(root: string): Promise<Manifest> {
  const found = await readPackage(root);
  assert.ok(
    found.kind === 'package',
    found.kind === 'absent' ? `there is no package.json in ${root}` : found.kind === 'broken' ? found.why : '',
  );
  const checked = checkManifest({ package: found.json.name, path: found.path, offers: [] }, found.json.skoop);
  if (!checked.ok) throw checked.error;
  return checked.value;
}

function manifestContract(root: string, manifest: Manifest, pages: ReadonlySet<string>): readonly ContractTest[] {
  return [
    contractTest('it is a module that declares what it publishes', async () => {
      const json = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
        name?: string;
        type?: string;
        files?: unknown;
        license?: unknown;
      };
      assert.equal(json.type, 'module', '"type" must be "module"');
      assert.ok(Array.isArray(json.files), '"files" must list what is published: without it, all that lies around is');
      assert.equal(typeof json.license, 'string', '"license" must be said');
    }),
    contractTest('every page of a code has what somebody needs at 3 a.m.', async () => {
      for (const code of pages) {
        const text = await readFile(join(root, manifest.codes ?? '', `${code}.md`), 'utf8');
        assert.ok(text.startsWith(`# ${code}\n`), `the page ${code}.md must begin with "# ${code}"`);
        const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
        assert.deepEqual(headings, HEADINGS, `the page ${code}.md must have the headings of every page`);
      }
    }),
    contractTest('its config module is small', async () => {
      if (manifest.config === undefined) return;
      const text = await readFile(join(root, manifest.config), 'utf8');
      const heavy = [...text.matchAll(/from '([^.'][^']*)'/g)]
        .map(([, name = '']) => name)
        .filter((name) => !/^(?:node:|@skoop\/)/.test(name));
      assert.deepEqual(heavy, [], 'every run that reads flags loads it: a library in it makes each start slower');
    }),
  ];
}

const HEADINGS = ['How it was found', 'Look yourself', 'Mend it', 'When it is harmless'];

async function pagesOf(root: string, { codes }: Manifest): Promise<ReadonlySet<string>> {
  if (codes === undefined) return new Set();
  const files = await readdir(join(root, codes));
  return new Set(files.filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -'.md'.length)));
}

async function importDefault<T>(root: string, path: string): Promise<T> {
  const module = (await import(pathToFileURL(join(root, path)).href)) as { readonly default: T };
  return module.default;
}

/** As a run reads flags: the defaults, and what the sample sets. */
function readerOf(binders: readonly ConfigBinder<unknown>[], values: FlagValues): ConfigReader {
  return {
    config<C>(binder: ConfigBinder<C>): C {
      const own = binders.find(({ name }) => name === binder.name);
      assert.ok(own !== undefined, `the plugin reads the flags of "${binder.name}", and its config module does not declare them`);
      const parsed = own.parse({ ...defaultsOf(own), ...values });
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.map(({ flag, message }) => `--${flag}: ${message}`).join('; '));
      return parsed.value as C;
    },
  };
}
