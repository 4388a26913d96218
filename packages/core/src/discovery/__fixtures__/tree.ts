import { afterAll } from '@jest/globals';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Path to text, to JSON, or to the path (in the tree) that a link leads to. */
export type Tree = Readonly<Record<string, string | object | { readonly link: string }>>;

const roots: string[] = [];
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true }))));

/** Writes a tree of files into a new folder, removed after the file's tests, and returns it. */
export async function makeTree(tree: Tree): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'skoop-discovery-')));
  roots.push(root);
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'string') await writeFile(file, content);
    else if ('link' in content) await symlink(join(root, String(content.link)), file);
    else await writeFile(file, JSON.stringify(content));
  }
  return root;
}

interface PluginInit {
  readonly kind?: 'provider' | 'cni';
  readonly name?: string;
  readonly version?: string;
  readonly contract?: string;
  readonly entry?: string;
  readonly detect?: object;
  /** Of the entry's module. */
  readonly code?: string;
  /** Of the config module. */
  readonly config?: string;
  /** Laid over the manifest. */
  readonly manifest?: object;
}

/** The files of a plugin's package, below `folder`; it says where it lies by its entry's `at`. */
export function pluginFiles(folder: string, packageName: string, init: PluginInit = {}): Tree {
  const { kind = 'provider', name = 'acme', version = '1.0.0', contract = '^1.0', entry = './entry.js', detect, config } = init;
  return {
    [`${folder}/package.json`]: {
      name: packageName,
      version,
      type: 'module',
      skoop: { contract, ...(config === undefined ? {} : { config: './config.js' }), plugins: [{ kind, name, entry, ...(detect === undefined ? {} : { detect }) }], ...init.manifest },
    },
    [`${folder}/entry.js`]: init.code ?? (kind === 'provider' ? providerCode(name) : cniCode(name, '({ score: 0, because: [] })')),
    ...(config === undefined ? {} : { [`${folder}/config.js`]: config }),
  };
}

export function providerCode(name: string, detect?: string): string {
  return `export default { name: '${name}', at: import.meta.url, createNetwork() {}, ${detect === undefined ? '' : `detect: () => ${detect}`} };`;
}

export function cniCode(name: string, detect: string): string {
  return `export default { name: '${name}', contract: '^1.0', enforces: [], detect: () => ${detect}, configure() {}, checkPod() {}, checkNode() {} };`;
}
