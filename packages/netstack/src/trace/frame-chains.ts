import { type HookedChain, bridgeChainsAt, deviceChainsAt } from '../netfilter/hooks.ts';
import type { BaseChain, Chain, MatchContext, Table } from '../netfilter/model.ts';
import type { Link } from '../namespace/link.ts';
import type { Packet } from '../packet/packet.ts';
import { inOrder } from './chain-order.ts';
import { recordChain } from './record-chain.ts';
import { type Outcome, type Place, type Walk, dropped, finding } from './walk.ts';

/** The packet, perhaps with another mark, or the end of its way. */
export type FrameResult = { readonly kind: 'pass'; readonly packet: Packet } | { readonly kind: 'stop'; readonly outcome: Outcome };

/** The nftables chains of a device, of family netdev or inet: before IP on its way in, behind it on its way out. */
export function deviceChains(walk: Walk, place: Place, link: Link, hook: 'ingress' | 'egress', packet: Packet): FrameResult {
  const side = hook === 'ingress' ? { iif: link.name, oif: '' } : { iif: '', oif: link.name };
  return walkAll(walk, place, hook, deviceChainsAt(place.namespace.netfilter, link.name, hook), packet, side);
}

/** The nftables chains of family bridge; a device is the port there, or the bridge for what the host itself sends or gets. */
export function bridgeChains(
  walk: Walk,
  place: Place,
  hook: BaseChain['hook'],
  packet: Packet,
  side: { readonly iif: string; readonly oif: string },
): FrameResult {
  return walkAll(walk, place, hook, bridgeChainsAt(place.namespace.netfilter, hook), packet, side);
}

/** A chain of a device whose device is not in the dump. Where it does nothing, it does not matter. */
function mayBeElsewhere(table: Table, chain: Chain): boolean {
  return table.family !== 'bridge' && chain.base?.devices.length === 0 && (chain.rules.length > 0 || chain.base.policy === 'drop');
}

function isElsewhere(walk: Walk, table: Table, chain: Chain): boolean {
  const construct = `the devices of nftables chain ${chain.name} of table ${table.family} ${table.name}, which nft does not print`;
  return walk.chooser.unknown(construct, [chain.source], ['elsewhere', 'here'] as const) === 'elsewhere';
}

function walkAll(
  walk: Walk,
  place: Place,
  hook: BaseChain['hook'],
  chains: readonly HookedChain[],
  start: Packet,
  side: { readonly iif: string; readonly oif: string },
): FrameResult {
  let packet = start;
  let ordered = chains;
  let settled = 0;
  const context = (): MatchContext => ({
    packet,
    hook,
    namespace: place.namespace,
    iif: side.iif,
    oif: side.oif,
    bridge: undefined,
    tracking: { state: 'INVALID', entry: undefined, direction: 'original' },
    socket: undefined,
    nextHop: undefined,
  });
  for (let i = 0; i < ordered.length; i++) {
    if (i >= settled) ({ chains: ordered, settled } = inOrder(ordered, i, context, walk.chooser));
    const { table, chain } = ordered[i] as HookedChain;
    if (mayBeElsewhere(table, chain) && isElsewhere(walk, table, chain)) continue;
    const result = walk.chain(table, chain, context());
    recordChain(walk, hook, table, chain, result);
    const details = { hook, table: table.name, chain: chain.name, backend: table.backend };
    const deciding = result.evidence.slice(-1);
    switch (result.verdict.kind) {
      case 'accept':
      case 'nat':
        packet = result.packet;
        break;
      case 'drop': {
        const code = result.verdict.by === 'policy' ? 'NETFILTER_POLICY_DROP' : 'NETFILTER_DROP';
        return { kind: 'stop', outcome: dropped(place, code, deciding, details) };
      }
      case 'reject':
      case 'unknown': {
        const construct = result.verdict.kind === 'unknown' ? result.verdict.construct : `nftables reject in family ${table.family}`;
        return { kind: 'stop', outcome: { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', deciding, { construct }) } };
      }
      default:
        result.verdict satisfies never;
    }
  }
  return { kind: 'pass', packet };
}
