import type { Family } from '../address/ip.ts';
import type { BaseChain, Chain, Hook, Netfilter, NetfilterFamily, Table } from './model.ts';

export interface HookedChain {
  readonly table: Table;
  readonly chain: Chain;
}

const lists = new WeakMap<Netfilter, Readonly<Record<Family, Map<Hook, readonly HookedChain[]>>>>();
const frameLists = new WeakMap<Netfilter, readonly HookedChain[]>();
const tracking = new WeakMap<Netfilter, ReadonlyMap<Family, boolean>>();

/** The table families that see packets of an IP version at the IP hooks. */
function sees(family: NetfilterFamily, version: Family): boolean {
  return family === 'inet' || family === (version === 4 ? 'ip' : 'ip6');
}

/** All nat chains of a hook hang off one dispatcher; what they declare only orders them among each other (linux: `nf_nat_register_fn`). */
function effectivePriority({ chain }: HookedChain): number {
  const base = chain.base;
  if (base === undefined) return 0;
  if (base.type !== 'nat') return base.priority;
  return base.hook === 'prerouting' || base.hook === 'output' ? -100 : 100;
}

const ORDER = { nftables: 0, 'iptables-nft': 1, 'iptables-legacy': 2 } as const;

/**
 * The base chains that a packet of that family meets at a hook, in the kernel's order.
 *
 * Of equal priority the one registered last runs first, and no dump tells the order of registration. Taken here: native nftables (most
 * often the latest), then iptables-nft, then iptables-legacy, and the last of the dump first. Where it decides more than which of two
 * rules that refuse is named, the trace asks about every order.
 */
export function baseChains(netfilter: Netfilter, family: Family, hook: Hook): readonly HookedChain[] {
  let made = lists.get(netfilter);
  if (made === undefined) lists.set(netfilter, (made = { 4: new Map(), 6: new Map() }));
  let list = made[family].get(hook);
  if (list === undefined) {
    list = netfilter.tables
      .filter((table) => sees(table.family, family))
      .flatMap((table) =>
        calledChains(table)
          .filter((chain) => chain.base?.hook === hook)
          .map((chain) => ({ table, chain })),
      )
      .reverse()
      .sort(
        (a, b) =>
          effectivePriority(a) - effectivePriority(b) ||
          (a.chain.base?.priority ?? 0) - (b.chain.base?.priority ?? 0) ||
          ORDER[a.table.backend] - ORDER[b.table.backend],
      );
    made[family].set(hook, list);
  }
  return list;
}

function calledChains(table: Table): readonly Chain[] {
  return table.called ?? [...table.chains.values()].filter((chain) => chain.base !== undefined);
}

function tracks(table: Table): boolean {
  return table.tracks ?? [...table.chains.values()].some((chain) => chain.rules.some((rule) => rule.tracks));
}

/** The base chains of family bridge at a hook, in the order of {@link baseChains}. */
export function bridgeChainsAt(netfilter: Netfilter, hook: BaseChain['hook']): readonly HookedChain[] {
  return frameChains(netfilter).filter(({ table, chain }) => table.family === 'bridge' && chain.base?.hook === hook);
}

/** The base chains that are attached to a device, or may be: nft 1.0 leaves the devices out of its JSON, the list is then empty. */
export function deviceChainsAt(netfilter: Netfilter, device: string, hook: 'ingress' | 'egress'): readonly HookedChain[] {
  return frameChains(netfilter).filter(
    ({ chain: { base } }) => base?.hook === hook && (base.devices.length === 0 || base.devices.includes(device)),
  );
}

/** What sees frames, not IP packets: mostly nothing. */
function frameChains(netfilter: Netfilter): readonly HookedChain[] {
  let list = frameLists.get(netfilter);
  if (list === undefined) {
    list = netfilter.tables
      .flatMap((table) => calledChains(table).map((chain) => ({ table, chain })))
      .filter(({ table: { family }, chain: { base } }) => family === 'bridge' || base?.hook === 'ingress' || base?.hook === 'egress')
      .filter(({ table: { family } }) => family === 'bridge' || family === 'netdev' || family === 'inet')
      .reverse()
      .sort((a, b) => (a.chain.base?.priority ?? 0) - (b.chain.base?.priority ?? 0));
    frameLists.set(netfilter, list);
  }
  return list;
}

/** Is connection tracking on for a family? It is while any rule refers to it, in a chain that is called or not; `inet` counts for both. */
export function tracksConnections(netfilter: Netfilter, family: Family): boolean {
  let made = tracking.get(netfilter);
  if (made === undefined) {
    const on = (version: Family) => netfilter.tables.some((table) => sees(table.family, version) && tracks(table));
    tracking.set(
      netfilter,
      (made = new Map<Family, boolean>([
        [4, on(4)],
        [6, on(6)],
      ])),
    );
  }
  return made.get(family) ?? false;
}

/** Are the hooks that translate there? They come with the first chain of type nat, with or without rules (linux: `nf_nat_register_fn`). */
export function translatesAddresses(netfilter: Netfilter, family: Family): boolean {
  return (['prerouting', 'output', 'postrouting', 'input'] as const).some((hook) =>
    baseChains(netfilter, family, hook).some(({ chain }) => chain.base?.type === 'nat'),
  );
}
