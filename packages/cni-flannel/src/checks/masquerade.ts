import type { Suspicion } from '@skoop/core';
import { rulesOf, suspectNode, tablesOf, uplinkOf } from '@skoop/core/cni';
import {
  type Chooser,
  type Family,
  type HookedChain,
  type Ip,
  type NetworkNamespace,
  type Prefix,
  Protocol,
  type Source,
  TcpFlag,
  baseChains,
  contains,
  parseIp,
  walkChain,
} from '@skoop/netstack';
import { deviceOf } from '../expectations.ts';
import { endOf, podCidrEvidence } from '../flannel-node.ts';
import type { NodeView } from './view.ts';

/**
 * flanneld's rules that hide pods behind the node's address, of iptables or of nftables: judged by what becomes of packets that meet them, so
 * that their order counts, and their wording does not.
 */
export function checkMasquerade(view: NodeView, family: Family, network: Prefix): readonly Suspicion[] {
  const { own, ns } = view;
  const flannels = flannelChains(view, family);
  const probes = probesOf(view, family, network);
  const [outwards] = probes;
  // Outside of flannel's network: that is told by itself.
  if (outwards === undefined) return [];
  if (flannels.length === 0) {
    // ip-masq-agent, or the bridge plugin's ipMasq, do as well. What can't be told is not taken for broken.
    if (meets(ns, natChains(ns, family), outwards).hidden !== false) return [];
    return [incomplete(view, family, 'there are none', [podCidrEvidence(own)])];
  }
  const uncalled = flannels.find(({ table, chain }) => chain.base === undefined && !isCalled({ table, chain }));
  if (uncalled !== undefined)
    return [incomplete(view, family, `POSTROUTING does not call ${uncalled.chain.name}`, [uncalled.chain.source])];
  const wrong = probes
    .map((probe) => ({ probe, met: meets(ns, flannels, probe) }))
    .filter(({ probe, met }) => met.hidden !== undefined && met.hidden !== probe.hidden);
  const [first] = wrong;
  if (first === undefined) return [];
  const by = first.met.by ?? flannels[0]?.chain.source;
  return [incomplete(view, family, wrong.map(({ probe }) => probe.otherwise).join('; '), by === undefined ? [] : [by])];
}

function incomplete({ own, agent }: NodeView, family: Family, what: string, evidence: Suspicion['evidence']): Suspicion {
  return suspectNode(
    own,
    'FLANNEL_MASQ_MISSING',
    'WARNING',
    `On ${own.name} flannel's rules that hide pods behind the node's address (IPv${String(family)}) are not complete: ${what}. Pods can't be answered from outside of the cluster, or lose their address inside of it.`,
    {
      evidence,
      remedy: `${agent.restart}; flanneld must run with --ip-masq (say --no-flannel-ip-masq if it is not meant to)`,
    },
  );
}

/** The chains that hold its rules, as far as there are any; in nftables mode what is left in iptables' is a former day's. */
function flannelChains({ ns, settings }: NodeView, family: Family): readonly HookedChain[] {
  if (settings.nftables) {
    const name = family === 4 ? 'flannel-ipv4' : 'flannel-ipv6';
    return natChains(ns, family).filter(
      ({ table, chain }) => table.backend === 'nftables' && table.name === name && chain.rules.length > 0,
    );
  }
  const tables = tablesOf(ns, family, 'nat');
  const chains = (name: string): readonly HookedChain[] =>
    tables.flatMap((table) => {
      const chain = table.chains.get(name);
      return chain === undefined ? [] : [{ table, chain }];
    });
  const own = chains('FLANNEL-POSTRTG').filter(({ chain }) => chain.rules.length > 0);
  // Before 0.20 the rules stood in POSTROUTING itself.
  const former = chains('POSTROUTING').filter(({ table }) => rulesOf(table, 'POSTROUTING').some(isFlannels));
  return own.length > 0
    ? own
    : former.filter(({ table }) => rulesOf(table, 'POSTROUTING').some((rule) => isFlannels(rule) && rule.jump !== 'FLANNEL-POSTRTG'));
}

function isFlannels({ text }: { readonly text: string }): boolean {
  return text.includes('flanneld masq');
}

function isCalled({ table, chain }: HookedChain): boolean {
  return rulesOf(table, 'POSTROUTING').some(({ jump }) => jump === chain.name);
}

function natChains(ns: NetworkNamespace, family: Family): readonly HookedChain[] {
  return baseChains(ns.netfilter, family, 'postrouting').filter(({ chain }) => chain.base?.type === 'nat');
}

/** A packet, and whether it is to leave with the node's address. */
interface Probe {
  readonly from: Ip;
  readonly to: Ip;
  readonly oif: string;
  readonly hidden: boolean;
  /** What is so if it is not as it should be. */
  readonly otherwise: string;
}

/** Empty where the node's pods are not in flannel's network. The first one is what a pod sends outside. */
function probesOf({ own, peers, ns, settings }: NodeView, family: Family, network: Prefix): readonly Probe[] {
  const end = endOf(own, family);
  const outside = parseIp(family === 4 ? '192.0.2.1' : '2001:db8::1');
  if (end === undefined || outside === undefined || !contains(network, end.podCidr.address)) return [];
  const uplink = uplinkOf(ns, settings.hostInterface, end.publicIp)?.name ?? '';
  const pod = firstPod(end.podCidr);
  const remote = peers
    .flatMap((peer) => endOf(peer, family) ?? [])
    .map(({ podCidr }) => firstPod(podCidr))
    .find((address) => contains(network, address));
  const outwards = { from: pod, to: outside, oif: uplink, hidden: true, otherwise: 'what its pods send outside keeps their address' };
  const inwards = {
    from: outside,
    to: pod,
    oif: settings.bridge,
    hidden: false,
    otherwise: 'what comes from outside for its pods loses its source',
  };
  if (remote === undefined) return [outwards, inwards];
  const tunnel = deviceOf(settings, family)?.name ?? uplink;
  return [
    outwards,
    inwards,
    { from: pod, to: remote, oif: tunnel, hidden: false, otherwise: 'what its pods send to pods of other nodes loses its source' },
    { from: remote, to: pod, oif: settings.bridge, hidden: false, otherwise: 'what pods of other nodes send to its pods loses its source' },
    // In nftables mode an earlier rule keeps the source (flannel 0.28), and the tunnel brings the answer back all the same.
    ...(settings.nftables
      ? []
      : [
          {
            from: outside,
            to: remote,
            oif: tunnel,
            hidden: true,
            otherwise: 'what comes from outside for pods of other nodes keeps its source',
          },
        ]),
  ];
}

/** Behind the network's own address and the gateway's. */
function firstPod({ address }: Prefix): Ip {
  return typeof address === 'number' ? address + 2 : address + 2n;
}

/** Does the packet leave with another source? `undefined`: that can't be told. */
function meets(
  namespace: NetworkNamespace,
  chains: readonly HookedChain[],
  { from, to, oif }: Probe,
): { readonly hidden: boolean | undefined; readonly by: Source | undefined } {
  let isUnsure = false;
  const chooser: Chooser = {
    chance: () => false,
    pick: (options) => options[0] as (typeof options)[number],
    unknown: (_construct, _sources, options) => {
      isUnsure = true;
      return options[0] as (typeof options)[number];
    },
  };
  const packet = {
    src: from,
    dst: to,
    protocol: Protocol.TCP,
    sport: 40000,
    dport: 80,
    tcpFlags: TcpFlag.SYN,
    ttl: 63,
    length: 60,
    df: true,
    tos: 0,
    mark: 0,
  };
  const context = {
    packet,
    hook: 'postrouting',
    namespace,
    iif: '',
    oif,
    bridge: undefined,
    tracking: { state: 'NEW', entry: undefined, direction: 'original' },
    socket: undefined,
    nextHop: undefined,
  } as const;
  for (const { table, chain } of chains) {
    const { verdict, evidence } = walkChain(table, chain, context, chooser);
    if (isUnsure) break;
    if (verdict.kind === 'nat') return { hidden: true, by: evidence.at(-1) };
  }
  return { hidden: isUnsure ? undefined : false, by: undefined };
}
