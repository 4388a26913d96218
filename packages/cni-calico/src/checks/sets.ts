import type { ObjectEvidence, Suspicion } from '@skoop/core';
import { seen, suspectNode } from '@skoop/core/cni';
import { type Family, type IpSet, type Prefix, familyOf, formatPrefix, hostPrefix } from '@skoop/netstack';
import { annotationEvidence, endOf } from '../calico-node.ts';
import { specEvidence } from '../objects.ts';
import type { NodeView } from './view.ts';

/** The sets that Felix' rules look into (ipset): a node or a pool that is not in them is taken for a stranger. In nftables mode the rules have their own. */
export function checkSets(view: NodeView): readonly Suspicion[] {
  if (view.dataplane !== 'iptables' || !seen(view.ns, 'ipset')) return [];
  return view.own.ends.flatMap(({ family }) => expectedSets(view, family).flatMap((set) => lacking(view, set)));
}

interface ExpectedSet {
  /** The names that it has had; the first one that is there counts. */
  readonly names: readonly string[];
  readonly members: readonly { readonly prefix: Prefix; readonly whose: string; readonly evidence: ObjectEvidence }[];
  /** What becomes of a packet of one that is not in it. */
  readonly else: string;
}

function expectedSets({ peers, pools }: NodeView, family: Family): readonly ExpectedSet[] {
  const prefix = family === 4 ? 'cali40' : 'cali60';
  const own = pools.filter(({ cidr }) => familyOf(cidr.address) === family);
  const nodes = (filter: (peer: (typeof peers)[number]) => boolean): ExpectedSet['members'] =>
    peers.filter(filter).flatMap((peer) => {
      const end = endOf(peer, family);
      const evidence = annotationEvidence(peer, 'address', family);
      return end === undefined ? [] : [{ prefix: hostPrefix(end.address), whose: `node ${peer.name}`, evidence }];
    });
  const networks = (filter: (pool: (typeof pools)[number]) => boolean, field: string): ExpectedSet['members'] =>
    own.filter(filter).map((pool) => ({ prefix: pool.cidr, whose: `pool ${pool.name}`, evidence: specEvidence(pool.object, field) }));
  const modes = new Set(own.map(({ encapsulation }) => encapsulation));
  return [
    ...(modes.has('ipip')
      ? [{ names: [`${prefix}all-hosts-net`], members: nodes(() => true), else: 'its IPIP packets are dropped (cali-INPUT)' }]
      : []),
    ...(modes.has('vxlan')
      ? [
          {
            names: [`${prefix}all-vxlan-net`],
            members: nodes((peer) => endOf(peer, family)?.vxlanAddress !== undefined),
            else: 'its VXLAN packets are dropped (cali-INPUT)',
          },
        ]
      : []),
    {
      names: [`${prefix}all-ipam-pools`, `${prefix}network-ip-pools`],
      members: own.some(({ natOutgoing }) => natOutgoing) ? networks(() => true, 'cidr') : [],
      else: "what pods send there loses its source to the node's address (cali-nat-outgoing)",
    },
    {
      names: [`${prefix}masq-ipam-pools`],
      members: networks(({ natOutgoing, disabled }) => natOutgoing && !disabled, 'natOutgoing'),
      else: 'what its pods send outside keeps its source, and is not answered (cali-nat-outgoing)',
    },
  ];
}

function lacking({ own, ns, agent }: NodeView, { names, members, else: otherwise }: ExpectedSet): readonly Suspicion[] {
  const set = names.map((name) => ns.ipsets.get(name)).find((one) => one !== undefined);
  if (set === undefined || set.unreadable !== undefined) return [];
  return members.flatMap(({ prefix, whose, evidence }) => {
    if (has(set, prefix)) return [];
    const message = `On ${own.name} the set ${set.name} lacks ${formatPrefix(prefix)} (${whose}): ${otherwise}.`;
    const remedy = `ipset add ${set.name} ${formatPrefix(prefix)} on ${own.name}, or ${agent.restart}`;
    return [suspectNode(own, 'CALICO_SET_INCOMPLETE', 'WARNING', message, { evidence: [set.source, evidence], remedy })];
  });
}

/** As an element of its own: Felix enters what it is told, and joins nothing. */
function has({ levels }: IpSet, { address, length }: Prefix): boolean {
  return levels.some(({ lengths, elements }) => (lengths.length === 0 || lengths[0] === length) && elements.has(address));
}
