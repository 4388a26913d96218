import { folder } from './folders.ts';

interface PluginInit {
  /** What the cluster's nodes say: `moon://`. */
  readonly prefix?: string;
  readonly kind?: 'provider' | 'cni';
  /** Name of the plugin; that of its package without `skoop-provider-` otherwise. */
  readonly name?: string;
  readonly version?: string;
  readonly contract?: string;
  /** Body of the InfraShim's `nodeToNode(src, oif, dst, packet)`. */
  readonly nodeToNode?: string;
  /** The whole of the entry's module. */
  readonly code?: string;
  /** The field `skoop` of its package.json, in place of a sound one. */
  readonly manifest?: unknown;
}

/** A project of a user's: these packages are installed in it, and its package.json names them. */
export function projectWith(plugins: Readonly<Record<string, PluginInit>>): string {
  return folder({
    'package.json': { dependencies: Object.fromEntries(Object.keys(plugins).map((name) => [name, '*'])) },
    ...Object.fromEntries(Object.entries(plugins).flatMap(([name, init]) => filesOf(name, init))),
  });
}

function filesOf(packageName: string, init: PluginInit): [string, string | object][] {
  const { kind = 'provider', name = packageName.replace('skoop-provider-', ''), version = '1.0.0', contract = '^1.0', prefix } = init;
  const entry = { kind, name, entry: './entry.js', ...(prefix !== undefined && { detect: { providerID: [prefix] } }) };
  return [
    [
      `node_modules/${packageName}/package.json`,
      { name: packageName, version, type: 'module', skoop: init.manifest ?? { contract, plugins: [entry] } },
    ],
    [`node_modules/${packageName}/entry.js`, init.code ?? providerCode(name, init.nodeToNode)],
  ];
}

function providerCode(name: string, nodeToNode = "return { outcome: 'pass', suspicions: [] };"): string {
  return `const pass = async () => ({ outcome: 'pass', suspicions: [] });
export default {
  name: '${name}',
  createNetwork: async (ctx) => ctx.compose({ infra: {
    nodeToNode: async (src, oif, dst, packet) => { ${nodeToNode} },
    nodeToExternal: pass, externalToNode: pass, externalToLoadBalancer: pass,
  } }),
};
`;
}
