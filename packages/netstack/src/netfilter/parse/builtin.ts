import type { BaseChain, Hook, Table } from '../model.ts';

const HOOKS: ReadonlyMap<string, Hook> = new Map([
  ['PREROUTING', 'prerouting'],
  ['INPUT', 'input'],
  ['FORWARD', 'forward'],
  ['OUTPUT', 'output'],
  ['POSTROUTING', 'postrouting'],
]);

interface TableLayout {
  readonly chains: readonly string[];
  readonly priority: (hook: Hook, backend: Table['backend']) => number;
  readonly type: (hook: Hook) => BaseChain['type'];
}

const filter = () => 'filter' as const;
const isSource = (hook: Hook) => hook === 'input' || hook === 'postrouting';

/** The chains that each iptables table hangs into the kernel's hooks, the same for both families. */
const TABLES: Readonly<Record<string, TableLayout>> = {
  raw: { chains: ['PREROUTING', 'OUTPUT'], priority: () => -300, type: filter },
  mangle: {
    chains: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
    priority: () => -150,
    type: (hook) => (hook === 'output' ? 'route' : 'filter'),
  },
  nat: { chains: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], priority: (hook) => (isSource(hook) ? 100 : -100), type: () => 'nat' },
  filter: { chains: ['INPUT', 'FORWARD', 'OUTPUT'], priority: () => 0, type: filter },
  // iptables-nft writes 150 where the kernel says 50 (NF_IP_PRI_SECURITY): behind the translation in INPUT.
  security: {
    chains: ['INPUT', 'FORWARD', 'OUTPUT'],
    priority: (_hook, backend) => (backend === 'iptables-nft' ? 150 : 50),
    type: filter,
  },
};

export function isIptablesTable(name: string): boolean {
  return Object.hasOwn(TABLES, name);
}

/** Where the kernel calls a chain of an iptables table; `undefined` for a chain that users made. */
export function builtinChain(
  { backend, name }: Pick<Table, 'backend' | 'name'>,
  chain: string,
  policy: BaseChain['policy'],
): BaseChain | undefined {
  const hook = HOOKS.get(chain);
  if (hook === undefined) return undefined;
  const layout = isIptablesTable(name) ? TABLES[name] : undefined;
  if (layout === undefined || !layout.chains.includes(chain)) return undefined;
  return { hook, priority: layout.priority(hook, backend), type: layout.type(hook), policy, devices: [] };
}
