import type { Evidence, Suspicion } from '@skoop/core';
import { type Met, meetRules, suspectNode, uplinkOf } from '@skoop/core/cni';
import { type Family, type HookedChain, type Ip, type Packet, Protocol, familyOf, formatIp, formatPrefix, parseIp } from '@skoop/netstack';
import { annotationEvidence, endOf } from '../calico-node.ts';
import { type Pool, specEvidence } from '../objects.ts';
import { nativeOf } from './rules.ts';
import type { NodeView } from './view.ts';

/**
 * In nftables mode Felix keeps nodes and pools in sets of its own table. Whether they are in them is told by what becomes of their packets:
 * tunnel packets of other nodes, and what pods send to pools and outside.
 */
export function checkNativeSets(view: NodeView): readonly Suspicion[] {
  if (view.dataplane !== 'nftables') return [];
  return view.own.ends.flatMap(({ family }) =>
    nativeOf(view, family).flatMap((table) => {
      const [input, postrouting] = ['filter-INPUT', 'nat-POSTROUTING'].map((name) => table.chains.get(name));
      return [
        ...(input === undefined ? [] : nodes(view, family, { table, chain: input })),
        // Without any rule: that is told by itself.
        ...(postrouting === undefined || (table.chains.get('nat-cali-nat-outgoing')?.rules.length ?? 0) === 0
          ? []
          : networks(view, family, { table, chain: postrouting })),
      ];
    }),
  );
}

/** Felix takes tunnel packets of known nodes only. */
function nodes(view: NodeView, family: Family, chain: HookedChain): readonly Suspicion[] {
  const { own, peers, ns, felix, settings } = view;
  const here = endOf(own, family);
  if (here === undefined) return [];
  const used = new Set(poolsOf(view, family).map(({ encapsulation }) => encapsulation));
  const iif = uplinkOf(ns, settings.hostInterface, here.address)?.name ?? '';
  return peers.flatMap((peer) => {
    const there = endOf(peer, family);
    if (there === undefined) return [];
    const base = { src: there.address, dst: here.address, sport: 0, dport: 0 };
    const tunnels: readonly (readonly [words: string, packet: Parameters<typeof meetRules>[3]])[] = [
      ...(used.has('ipip') ? [['IPIP', { ...base, protocol: Protocol.IPIP }] as const] : []),
      ...(used.has('vxlan') && there.vxlanAddress !== undefined
        ? [['VXLAN', { ...base, protocol: Protocol.UDP, sport: 40000, dport: felix.vxlanPort }] as const]
        : []),
    ];
    return tunnels.flatMap(([words, packet]) => {
      const { verdict, by } = meetRules(ns, chain, 'input', packet, { iif });
      if (verdict?.kind !== 'drop') return [];
      const what = `${words} packets of node ${peer.name} (${formatIp(there.address)}) are dropped`;
      return [incomplete(view, what, by, annotationEvidence(peer, 'address', family))];
    });
  });
}

/** What pods send to a pool keeps its source; what those of a pool with natOutgoing send outside does not. */
function networks(view: NodeView, family: Family, chain: HookedChain): readonly Suspicion[] {
  const pools = poolsOf(view, family);
  const outside = parseIp(family === 4 ? '192.0.2.1' : '2001:db8::1');
  const hidden = pools.filter(({ natOutgoing, disabled }) => natOutgoing && !disabled);
  const [first] = hidden;
  if (first === undefined || outside === undefined) return [];
  const oif = uplinkOf(view.ns, view.settings.hostInterface, endOf(view.own, family)?.address)?.name ?? '';
  const meets = (from: Pool, to: Ip): Met => meetRules(view.ns, chain, 'postrouting', packetOf(from, to), { oif });
  return [
    ...hidden.flatMap((pool) => {
      const { verdict } = meets(pool, outside);
      if (verdict === undefined || verdict.kind === 'nat') return [];
      const what = `what pods of pool ${pool.name} (${formatPrefix(pool.cidr)}) send outside keeps its source, and is not answered`;
      return [incomplete(view, what, chain.table.chains.get('nat-cali-nat-outgoing')?.source, specEvidence(pool.object, 'natOutgoing'))];
    }),
    ...pools.flatMap((pool) => {
      const { verdict, by } = meets(first, second(pool));
      if (verdict?.kind !== 'nat') return [];
      const what = `what pods send to pool ${pool.name} (${formatPrefix(pool.cidr)}) loses its source to the node's address`;
      return [incomplete(view, what, by, specEvidence(pool.object, 'cidr'))];
    }),
  ];
}

function packetOf(from: Pool, dst: Ip): Pick<Packet, 'src' | 'dst' | 'protocol' | 'sport' | 'dport'> {
  return { src: second(from), dst, protocol: Protocol.TCP, sport: 40000, dport: 80 };
}

function second({ cidr: { address } }: Pool): Ip {
  return typeof address === 'number' ? address + 1 : address + 1n;
}

function poolsOf({ pools }: NodeView, family: Family): readonly Pool[] {
  return pools.filter(({ cidr }) => familyOf(cidr.address) === family);
}

function incomplete({ own, agent }: NodeView, what: string, by: Met['by'], told: Evidence): Suspicion {
  const message = `On ${own.name} ${what}: a set of Felix' table calico lacks it.`;
  const evidence = [...(by === undefined ? [] : [by]), told];
  return suspectNode(own, 'CALICO_SET_INCOMPLETE', 'WARNING', message, { evidence, remedy: agent.restart });
}
