import type { HookedChain } from '../netfilter/hooks.ts';
import type { MatchContext } from '../netfilter/model.ts';
import { walkChain } from '../netfilter/walk-chain.ts';
import type { ChainResult, Chooser } from '../netfilter/walk.types.ts';

/** Of more chains than that not every order is walked, but each chain as the first. */
const PERMUTED = 3;

/** Takes what comes first: enough to see whether an order could matter. */
const FIRST: Chooser = {
  chance: () => true,
  pick: (options) => options[0] as never,
  unknown: (_construct, _sources, options) => options[0] as never,
};

/**
 * The chains at `from` and behind it that have the same priority, in the order in which they run.
 *
 * The kernel calls the one that was registered last first (linux: `nf_hook_grow`), and no dump tells which that was. Where it matters to
 * this packet, every order is walked.
 *
 * @returns all chains, those before `from` untouched, and how many of them are settled with this
 */
export function inOrder(
  chains: readonly HookedChain[],
  from: number,
  context: () => MatchContext,
  chooser: Chooser,
): { readonly chains: readonly HookedChain[]; readonly settled: number } {
  const peers = peersAt(chains, from);
  const settled = from + peers.length;
  const live = peers.length > 1 ? peers.filter(doesAnything) : [];
  if (live.length < 2) return { chains, settled };
  const before = context();
  if (!live.some((peer) => acts(walkChain(peer.table, peer.chain, before, FIRST), before))) return { chains, settled };
  const orders = ordersOf(live);
  const [usual, ...others] = orders.map((order) => outcomeOf(order, before));
  if (others.every((outcome) => outcome === usual)) return { chains, settled };
  const names = live.map(({ table, chain }) => `${table.backend} ${table.family} ${table.name} ${chain.name}`);
  const order = chooser.unknown(
    `the order of chains of one priority: ${names.join(', ')}`,
    live.map(({ chain }) => chain.source),
    orders,
  );
  return {
    chains: [...chains.slice(0, from), ...order, ...peers.filter((peer) => !live.includes(peer)), ...chains.slice(settled)],
    settled,
  };
}

function peersAt(chains: readonly HookedChain[], from: number): readonly HookedChain[] {
  const first = chains[from]?.chain.base;
  let end = from + 1;
  while (end < chains.length && first !== undefined && isPeer(first, chains[end]?.chain.base)) end++;
  return chains.slice(from, end);
}

function isPeer(one: NonNullable<HookedChain['chain']['base']>, other: HookedChain['chain']['base']): boolean {
  return other?.priority === one.priority && (other.type === 'nat') === (one.type === 'nat');
}

function doesAnything({ chain }: HookedChain): boolean {
  return chain.rules.length > 0 || chain.base?.policy === 'drop';
}

function acts({ verdict, packet, connectionMark, notrack, zone }: ChainResult, before: MatchContext): boolean {
  return verdict.kind !== 'accept' || packet !== before.packet || connectionMark !== undefined || notrack || zone !== undefined;
}

/** The order of the list first. */
function ordersOf(peers: readonly HookedChain[]): readonly (readonly HookedChain[])[] {
  if (peers.length > PERMUTED) return peers.map((_, index) => [...peers.slice(index), ...peers.slice(0, index)]);
  if (peers.length < 2) return [peers];
  return peers.flatMap((peer) => ordersOf(peers.filter((other) => other !== peer)).map((rest) => [peer, ...rest]));
}

/** What becomes of the packet, in words that can be compared. */
function outcomeOf(order: readonly HookedChain[], before: MatchContext): string {
  let context = before;
  const changes: unknown[] = [];
  for (const { table, chain } of order) {
    const { verdict, packet, connectionMark, notrack, zone } = walkChain(table, chain, context, FIRST);
    if (verdict.kind === 'drop') return 'drop';
    if (verdict.kind !== 'accept') return told([verdict, packet.mark]);
    changes.push(connectionMark, notrack, zone);
    context = { ...context, packet };
  }
  return told([context.packet, ...changes.filter((change) => change !== undefined && change !== false)]);
}

function told(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}
